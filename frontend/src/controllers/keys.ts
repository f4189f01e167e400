import { Controller } from "@hotwired/stimulus";

/**
 * A desk by keyboard. Keys rest while somebody types, while a Chinese word is being composed, and
 * with Ctrl, Alt or the command key.
 *
 *   j k    the next row, the one before       x      choose a row
 *   Enter  open it (the browser's own)        a      the likeliest step: on a list, of the row
 *   n      the next case that waits           /      search
 *   ?      these keys
 *
 *   <main data-controller="keys" data-action="keydown@document->keys#press">
 *     <a data-keys-target="next" href="…">…</a> <dialog data-keys-target="help">…</dialog>
 */
const STEP = "#act";

export default class KeysController extends Controller<HTMLElement> {
  static override targets = ["next", "help", "show"];
  declare readonly nextTargets: HTMLAnchorElement[];
  declare readonly helpTarget: HTMLDialogElement;
  declare readonly hasHelpTarget: boolean;
  declare readonly showTargets: HTMLElement[];

  override connect(): void {
    for (const each of this.showTargets) each.hidden = false;
    if (window.location.hash === STEP) this.act();
  }

  press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    if (target instanceof HTMLElement && target.closest("textarea, select, [contenteditable], input:not([type=checkbox])")) return;
    if (this.hasHelpTarget && this.helpTarget.open && event.key !== "?") return;
    if (this.does(event.key)) event.preventDefault();
  }

  help(): void {
    if (!this.hasHelpTarget) return;
    if (this.helpTarget.open) this.helpTarget.close();
    else this.helpTarget.showModal();
  }

  /** Does what the key stands for; false when it stands for nothing here. */
  private does(key: string): boolean {
    switch (key) {
      case "j":
        return this.walk(1);
      case "k":
        return this.walk(-1);
      case "x":
        return this.choose();
      case "a":
        return this.act() || this.actOnRow();
      case "n":
        return this.follow();
      case "/":
        return this.search();
      case "?":
        this.help();
        return true;
      default:
        return false;
    }
  }

  private rows(): HTMLAnchorElement[] {
    return [...this.element.querySelectorAll<HTMLAnchorElement>("[data-row] a, a[data-row]")].filter(
      (row) => row.offsetParent !== null,
    );
  }

  private walk(by: number): boolean {
    const rows = this.rows();
    if (rows.length === 0) return false;
    const at = document.activeElement?.closest("[data-row]");
    const here = rows.findIndex((row) => row === document.activeElement || (at && row.closest("[data-row]") === at));
    const next = here === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + by));
    rows[next]?.focus();
    rows[next]?.scrollIntoView({ block: "nearest" });
    return true;
  }

  private choose(): boolean {
    const box = document.activeElement?.closest("[data-row]")?.querySelector<HTMLInputElement>("input[type=checkbox]");
    if (!box) return false;
    box.click();
    return true;
  }

  /** Opens the likeliest step. All filled in: its button has the focus, so that Enter does it. */
  private act(): boolean {
    const steps = [...this.element.querySelectorAll<HTMLDetailsElement>(".gw-steps details.gw-step")];
    const step = steps.find((each) => each.classList.contains("is-first"));
    if (!step) {
      steps[0]?.querySelector("summary")?.focus();
      return steps.length > 0;
    }
    step.open = true;
    const form = step.querySelector("form");
    const missing = form?.checkValidity() ? null : form?.querySelector<HTMLElement>(":invalid");
    const button = step.querySelector<HTMLElement>("button:not([type=button])");
    (missing ?? button)?.focus();
    return true;
  }

  private actOnRow(): boolean {
    const row = document.activeElement?.closest("[data-row]")?.querySelector<HTMLAnchorElement>("a");
    if (!row) return false;
    window.location.assign(row.href + STEP);
    return true;
  }

  private follow(): boolean {
    // on a list the next one is its first row
    const next = this.nextTargets.find((each) => each.offsetParent !== null) ?? this.rows()[0];
    if (!next) return false;
    window.location.assign(next.href + STEP);
    return true;
  }

  private search(): boolean {
    const field = this.element.querySelector<HTMLInputElement>("input[type=search]");
    if (field) {
      field.focus();
      field.select();
      return true;
    }
    const list = this.element.querySelector<HTMLAnchorElement>("a[data-search]");
    if (!list) return false;
    window.location.assign(list.href);
    return true;
  }
}
