import { Controller } from "@hotwired/stimulus";

/**
 * A form is sent once: the button rests until the answer is there. The server is safe
 * against doubles by itself; this only spares people the doubt.
 *
 *   <form data-controller="once" data-action="submit->once#rest">
 */
export default class OnceController extends Controller<HTMLFormElement> {
  private sent = false;
  private readonly back = (): void => this.wake();

  override connect(): void {
    window.addEventListener("pageshow", this.back);
  }

  override disconnect(): void {
    window.removeEventListener("pageshow", this.back);
  }

  rest(event: SubmitEvent): void {
    if (this.sent) {
      event.preventDefault();
      return;
    }
    this.sent = true;
    event.submitter?.setAttribute("aria-busy", "true");
  }

  private wake(): void {
    this.sent = false;
    for (const button of this.element.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
}
