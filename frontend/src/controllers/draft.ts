import { Controller } from "@hotwired/stimulus";

import { dropFiles, keepFiles, keptFiles } from "../draft_files";

/**
 * Keeps what was typed, chosen and photographed on this device until the server said it has it:
 * after a reload, a closed tab, a dead network.
 *
 *   <form data-controller="draft" data-draft-key-value="portal.report" data-draft-alive-value="/healthz"
 *         data-action="input->draft#keep change->draft#keep submit->draft#send">
 *     <p hidden data-draft-target="note">…we kept what you wrote…</p>
 *     <p hidden data-draft-target="offline">…you are offline…</p>
 *   </form>
 *   <div data-controller="draft" data-draft-key-value="portal.report" data-draft-clear-value="true"></div>
 *
 * Passwords and fields marked data-draft-skip are never kept; hidden fields only with
 * data-draft-keep; photos only with data-draft-photos-value="true". data-draft-fresh-value="false": the server drew the form with what it was sent,
 * so nothing is filled in. The form's own id is kept with it: sent once more it is not filed twice.
 */
const POINT = ["lng", "lat", "place_words"];

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export default class DraftController extends Controller<HTMLElement> {
  static override values = {
    key: String,
    alive: String,
    clear: Boolean,
    fresh: { type: Boolean, default: true },
    days: { type: Number, default: 3 },
    photos: Boolean,
  };
  static override targets = ["note", "offline"];
  declare keyValue: string;
  declare aliveValue: string;
  declare clearValue: boolean;
  declare freshValue: boolean;
  declare daysValue: number;
  declare photosValue: boolean;
  declare readonly noteTarget: HTMLElement;
  declare readonly hasNoteTarget: boolean;
  declare readonly offlineTarget: HTMLElement;
  declare readonly hasOfflineTarget: boolean;

  private alive = false;
  private asking = false;
  private earlier: File[] = [];

  private get slot(): string {
    return `gridward.draft.${this.keyValue}`;
  }

  override connect(): void {
    if (this.clearValue) this.remove();
    else void this.restore();
  }

  private async restore(): Promise<void> {
    const kept = this.read();
    const files = kept && this.photosValue ? await keptFiles(this.slot) : [];
    if (!this.freshValue) {
      // the server has these photos already; they only come back if this page is lost as well
      this.earlier = files;
      this.keep();
      return;
    }
    if (!kept) return;
    let restored = false;
    // a place that came with the address (a plate was scanned) is newer than the draft's
    const placed = Boolean(this.element.querySelector<HTMLSelectElement>("select[name=area]")?.value);
    for (const field of this.fields()) {
      const value = kept[field.name];
      if (value === undefined) continue;
      if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) {
        const chosen = value.split("\n").includes(field.value);
        restored ||= chosen && !field.checked;
        field.checked = chosen;
      } else if (field.name === "client_id") {
        field.value = value;
      } else if (field.value === "" && value !== "" && !(placed && POINT.includes(field.name))) {
        field.value = value;
        restored = true;
      }
    }
    const input = this.photoInput();
    if (input && files.length) {
      const transfer = new DataTransfer();
      for (const file of files) transfer.items.add(file);
      input.files = transfer.files;
      this.dispatch("photos", { target: input, prefix: "draft" });
      restored = true;
    }
    if (!restored) return;
    this.dispatch("restored", { prefix: "draft" });
    for (const more of this.element.querySelectorAll<HTMLDetailsElement>("details")) {
      if ([...more.querySelectorAll<Field>("input, select")].some((field) => field.value !== "")) more.open = true;
    }
    if (this.hasNoteTarget) this.noteTarget.hidden = false;
  }

  keep(event?: Event): void {
    const values: Record<string, string> = {};
    for (const field of this.fields()) {
      if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) {
        if (!field.checked) continue;
        const before = values[field.name];
        values[field.name] = before ? `${before}\n${field.value}` : field.value;
      } else if (field.value !== "") {
        values[field.name] = field.value;
      }
    }
    try {
      localStorage.setItem(this.slot, JSON.stringify({ at: Date.now(), values }));
    } catch {
      // A full or forbidden storage only means that there is no draft.
    }
    if (!event || event.target === this.photoInput()) void this.keepPhotos();
  }

  /** The photos as they would be sent; called by the picker whenever its list changed. */
  keepPhotos(): Promise<void> {
    const input = this.photoInput();
    if (!input || !this.photosValue) return Promise.resolve();
    return keepFiles(this.slot, [...this.earlier, ...(input.files ?? [])]);
  }

  /** Sends only where the server can be reached; else says so and keeps everything. */
  send(event: SubmitEvent): void {
    const button = event.submitter;
    if (this.alive || !this.aliveValue || (button instanceof HTMLInputElement && button.type === "image")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.asking) return;
    this.asking = true;
    this.keep();
    button?.setAttribute("aria-busy", "true");
    void this.isAlive().then((alive) => {
      this.asking = false;
      button?.removeAttribute("aria-busy");
      if (this.hasOfflineTarget) this.offlineTarget.hidden = alive;
      if (!alive) {
        this.offlineTarget.scrollIntoView({ block: "center" });
        return;
      }
      this.alive = true;
      (this.element as HTMLFormElement).requestSubmit(button);
      this.alive = false;
    });
  }

  private async isAlive(): Promise<boolean> {
    if (!navigator.onLine) return false;
    try {
      const answer = await fetch(this.aliveValue, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      return answer.status < 500;
    } catch {
      return false;
    }
  }

  /** Throws the draft away and opens an empty form. */
  restart(): void {
    this.remove();
    window.location.assign(window.location.pathname);
  }

  remove(): void {
    try {
      localStorage.removeItem(this.slot);
    } catch {
      // nothing was kept
    }
    void dropFiles(this.slot);
  }

  private read(): Record<string, string> | null {
    try {
      const raw = localStorage.getItem(this.slot);
      if (!raw) return null;
      const kept = JSON.parse(raw) as { at: number; values: Record<string, string> };
      if (Date.now() - kept.at > this.daysValue * 86_400_000) {
        this.remove();
        return null;
      }
      return kept.values;
    } catch {
      return null;
    }
  }

  private photoInput(): HTMLInputElement | null {
    return this.element.querySelector<HTMLInputElement>("input[type=file][data-photos-target=input]");
  }

  private fields(): Field[] {
    const all = this.element.querySelectorAll<Field>("input[name], textarea[name], select[name]");
    return [...all].filter(
      (field) =>
        !["file", "password", "submit", "image"].includes(field.type) &&
        (field.type !== "hidden" || field.hasAttribute("data-draft-keep")) &&
        !field.hasAttribute("data-draft-skip"),
    );
  }
}
