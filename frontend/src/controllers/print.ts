import { Controller } from "@hotwired/stimulus";

/**
 * A button that prints the page. Without script the browser's own menu does.
 *
 *   <div data-controller="print"><button hidden data-print-target="button" data-action="print#now">
 */
export default class PrintController extends Controller<HTMLElement> {
  static override targets = ["button"];
  declare readonly buttonTarget: HTMLButtonElement;

  override connect(): void {
    this.buttonTarget.hidden = false;
  }

  now(): void {
    window.print();
  }
}
