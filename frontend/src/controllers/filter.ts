import { Controller } from "@hotwired/stimulus";

/**
 * Sends a filter form as soon as a choice is made; words wait for Enter.
 *
 *   <form method="get" data-controller="filter" data-action="change->filter#send">
 *     <select name="state">…</select> <button data-filter-target="button">Show</button>
 *   </form>
 */
export default class FilterController extends Controller<HTMLFormElement> {
  static override targets = ["button"];
  declare readonly buttonTargets: HTMLElement[];

  override connect(): void {
    for (const button of this.buttonTargets) button.hidden = true;
  }

  send(event: Event): void {
    if (event.target instanceof HTMLSelectElement || (event.target instanceof HTMLInputElement && event.target.type === "checkbox")) {
      this.element.requestSubmit();
    }
  }
}
