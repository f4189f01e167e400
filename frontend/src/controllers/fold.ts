import { Controller } from "@hotwired/stimulus";

/**
 * Shows a part of a form only while a certain choice is made. Without script all parts show.
 *
 *   <div data-controller="fold" data-action="change->fold#show">
 *     <input type="radio" name="result" value="fail">
 *     <div data-fold-target="part" data-fold-name="result" data-fold-value="fail">…</div>
 *   </div>
 */
export default class FoldController extends Controller<HTMLElement> {
  static override targets = ["part"];
  declare readonly partTargets: HTMLElement[];

  override connect(): void {
    this.show();
  }

  show(): void {
    for (const part of this.partTargets) {
      const name = part.dataset["foldName"] ?? "";
      const wanted = (part.dataset["foldValue"] ?? "").split(" ");
      const chosen = [...this.element.querySelectorAll<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`)]
        .filter((field) => !(field instanceof HTMLInputElement) || field.checked)
        .map((field) => field.value);
      part.hidden = !chosen.some((value) => wanted.includes(value));
    }
  }
}
