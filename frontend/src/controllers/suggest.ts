import { Controller } from "@hotwired/stimulus";

/**
 * A matter that fits the words, taken over into the list of matters by one press.
 *
 *   <div data-controller="suggest"><button data-action="suggest#choose" data-suggest-value-param="…">
 */
export default class SuggestController extends Controller<HTMLElement> {
  choose(event: Event & { params: { value?: string } }): void {
    const list = this.element.closest("form")?.querySelector<HTMLSelectElement>("select[name=matter]");
    if (!list || event.params.value === undefined) return;
    list.value = event.params.value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    list.focus();
  }
}
