import { Controller } from "@hotwired/stimulus";

/**
 * Copies text to the clipboard and says so.
 *
 *   <div data-controller="copy" data-copy-text-value="0000 1234 5678">
 *     <button type="button" hidden data-copy-target="button" data-action="copy#copy"
 *             data-copy-done-param="Copied">Copy</button>
 *   </div>
 */
export default class CopyController extends Controller<HTMLElement> {
  static override values = { text: String };
  static override targets = ["button", "source"];
  declare textValue: string;
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly sourceTarget: HTMLElement;
  declare readonly hasSourceTarget: boolean;

  override connect(): void {
    if (navigator.clipboard) this.buttonTarget.hidden = false;
  }

  async copy(event: Event & { params: { done?: string } }): Promise<void> {
    const text = this.hasSourceTarget ? (this.sourceTarget.textContent ?? "").trim() : this.textValue;
    await navigator.clipboard.writeText(text);
    if (event.params.done) this.buttonTarget.textContent = event.params.done;
  }
}
