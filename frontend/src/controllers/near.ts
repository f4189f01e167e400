import { Controller } from "@hotwired/stimulus";

/**
 * "Is it the same?" inside the form, as soon as place and matter are known. Without script the
 * server asks on a page of its own.
 *
 *   <form data-controller="near" data-near-ask-value="/report/near/"
 *         data-action="change->near#ask place:set->near#ask">
 *     <div data-near-target="here" aria-live="polite"></div>
 *   </form>
 *
 * Sent as a form, so that where somebody stands is in no address.
 */
export default class NearController extends Controller<HTMLFormElement> {
  static override values = { ask: String };
  static override targets = ["here"];
  declare readonly askValue: string;
  declare readonly hereTarget: HTMLElement;

  private timer = 0;
  private asked = "";

  override connect(): void {
    this.ask();
  }

  override disconnect(): void {
    window.clearTimeout(this.timer);
  }

  ask(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), 400);
  }

  private async look(): Promise<void> {
    const all = new FormData(this.element);
    const said = new URLSearchParams();
    for (const name of ["csrfmiddlewaretoken", "words", "matter", "lng", "lat", "datum"]) {
      const value = all.get(name);
      if (typeof value === "string") said.set(name, value);
    }
    if (!said.get("lng") || said.toString() === this.asked) return;
    this.asked = said.toString();
    try {
      const answer = await fetch(this.askValue, { method: "POST", body: said, headers: { Accept: "text/html" } });
      const part = answer.status === 200 ? await answer.text() : "";
      if (said.toString() === this.asked) this.show(part);
    } catch {
      this.asked = ""; // offline: the server asks when it is sent
    }
  }

  /** The part as the server drew it; a choice made before stays chosen while it is still offered. */
  private show(part: string): void {
    const chosen = this.hereTarget.querySelector<HTMLInputElement>("input[name=join]:checked")?.value;
    this.hereTarget.innerHTML = part;
    for (const one of this.hereTarget.querySelectorAll<HTMLInputElement>("input[name=join]")) {
      one.checked = one.value === chosen;
    }
  }
}
