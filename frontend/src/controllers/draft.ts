import { Controller } from "@hotwired/stimulus";

/**
 * Keeps what was typed on this device until the server said it has it.
 *
 *   <form data-controller="draft" data-draft-key-value="portal.report"
 *         data-action="input->draft#keep change->draft#keep">
 *     <p hidden data-draft-target="note">…we kept what you wrote…</p>
 *   </form>
 *   <div data-controller="draft" data-draft-key-value="portal.report" data-draft-clear-value="true"></div>
 *
 * Files, passwords, hidden fields and fields marked data-draft-skip are never kept.
 */
export default class DraftController extends Controller<HTMLElement> {
  static override values = { key: String, clear: Boolean, days: { type: Number, default: 3 } };
  static override targets = ["note"];
  declare keyValue: string;
  declare clearValue: boolean;
  declare daysValue: number;
  declare readonly noteTarget: HTMLElement;
  declare readonly hasNoteTarget: boolean;

  private get slot(): string {
    return `gridward.draft.${this.keyValue}`;
  }

  override connect(): void {
    if (this.clearValue) {
      this.remove();
      return;
    }
    const kept = this.read();
    if (!kept) return;
    let restored = false;
    for (const field of this.fields()) {
      const value = kept[field.name];
      if (value === undefined) continue;
      if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
        field.checked = value.split("\n").includes(field.value);
      } else if (field.value === "" && value !== "") {
        field.value = value;
        restored = true;
      }
    }
    if (restored && this.hasNoteTarget) this.noteTarget.hidden = false;
  }

  keep(): void {
    const values: Record<string, string> = {};
    for (const field of this.fields()) {
      if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
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
  }

  remove(): void {
    try {
      localStorage.removeItem(this.slot);
    } catch {
      // nothing was kept
    }
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

  private fields(): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
    const all = this.element.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(
      "input[name], textarea[name], select[name]",
    );
    return [...all].filter(
      (field) =>
        !["hidden", "file", "password", "submit", "image"].includes(field.type) &&
        !field.hasAttribute("data-draft-skip"),
    );
  }
}
