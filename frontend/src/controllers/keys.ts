import { Controller } from "@hotwired/stimulus";

/**
 * Keyboard for desks: j and k walk the rows, Enter opens, "/" goes to search,
 * a goes to the first step of a case. Keys rest while somebody types.
 *
 *   <main data-controller="keys" data-action="keydown@document->keys#press">
 */
export default class KeysController extends Controller<HTMLElement> {
  press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "j" || event.key === "k") {
      this.walk(event.key === "j" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "/") {
      const search = this.element.querySelector<HTMLInputElement>("input[type=search]");
      if (search) {
        search.focus();
        event.preventDefault();
      }
    } else if (event.key === "a") {
      const step = this.element.querySelector<HTMLDetailsElement>("details.gw-step");
      if (step) {
        step.open = true;
        // When all is filled in, Enter does it: two keys for a suggestion that is right.
        const form = step.querySelector("form");
        const missing = form?.checkValidity() ? null : form?.querySelector<HTMLElement>(":invalid");
        (missing ?? step.querySelector<HTMLElement>("button:not([type=button])"))?.focus();
        event.preventDefault();
      }
    }
  }

  private walk(by: number): void {
    const rows = [...this.element.querySelectorAll<HTMLAnchorElement>("[data-row] a, a[data-row]")].filter(
      (row) => row.offsetParent !== null,
    );
    if (rows.length === 0) return;
    const here = rows.findIndex((row) => row === document.activeElement);
    const next = here === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + by));
    rows[next]?.focus();
  }
}
