import { Controller } from "@hotwired/stimulus";

/**
 * Several rows of a list chosen together. Without script the boxes and the button simply work;
 * this counts, chooses all, and keeps the button still while nothing is chosen.
 *
 *   <form data-controller="pick" data-action="change->pick#count">
 *     <input type="checkbox" hidden data-pick-target="all" data-action="pick#all">
 *     <input type="checkbox" name="case" data-pick-target="one">
 *     <button data-pick-target="button">…</button> <span data-pick-target="said" data-pick-words="#n"></span>
 *   </form>
 */
export default class PickController extends Controller<HTMLFormElement> {
  static override targets = ["all", "one", "button", "said"];
  declare readonly allTarget: HTMLInputElement;
  declare readonly oneTargets: HTMLInputElement[];
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly saidTarget: HTMLElement;

  override connect(): void {
    this.allTarget.hidden = false;
    this.count();
  }

  /** A list is drawn twice, for a desk and for a phone: only the boxes that are seen count. */
  private get shown(): HTMLInputElement[] {
    return this.oneTargets.filter((one) => one.offsetParent !== null);
  }

  all(): void {
    for (const one of this.shown) one.checked = this.allTarget.checked;
    this.count();
  }

  count(): void {
    const shown = this.shown;
    const chosen = shown.filter((one) => one.checked).length;
    this.allTarget.checked = chosen > 0 && chosen === shown.length;
    this.allTarget.indeterminate = chosen > 0 && chosen < shown.length;
    this.buttonTarget.disabled = chosen === 0;
    this.saidTarget.textContent = chosen ? (this.saidTarget.dataset["pickWords"] ?? "").replace("#n", String(chosen)) : "";
  }
}
