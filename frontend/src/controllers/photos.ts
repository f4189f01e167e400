import { Controller } from "@hotwired/stimulus";

const LONGEST_PX = 2560;
const SHRINK_ABOVE_BYTES = 1_500_000;
const QUALITY = 0.86;

/**
 * Shows the chosen photos, lets them be taken out again, shrinks big ones before they travel and
 * leaves behind what the camera wrote into them (place, time, device). Without script the plain
 * file input does its work alone, and the server cleans.
 *
 *   <div data-controller="photos" data-photos-max-value="9" data-photos-remove-value="Remove photo">
 *     <input type="file" multiple accept="image/*" data-photos-target="input" data-action="photos#choose">
 *     <div data-photos-target="list"></div>
 *     <p hidden data-photos-target="full">…</p>
 *   </div>
 */
export default class PhotosController extends Controller<HTMLElement> {
  static override values = { max: { type: Number, default: 9 }, remove: String };
  static override targets = ["input", "list", "full"];
  declare maxValue: number;
  declare removeValue: string;
  declare readonly inputTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;
  declare readonly fullTarget: HTMLElement;
  declare readonly hasFullTarget: boolean;

  private kept: File[] = [];
  private work: Promise<void> = Promise.resolve();
  private waiting = 0;
  private readonly hold = (event: SubmitEvent): void => this.wait(event);

  override connect(): void {
    this.inputTarget.form?.addEventListener("submit", this.hold, { capture: true });
  }

  override disconnect(): void {
    this.inputTarget.form?.removeEventListener("submit", this.hold, { capture: true });
  }

  choose(): void {
    const chosen = [...(this.inputTarget.files ?? [])];
    this.waiting += 1;
    this.work = this.work.then(() => this.add(chosen)).finally(() => {
      this.waiting -= 1;
    });
  }

  /** A form that is sent while photos are still being made smaller waits for them. */
  private wait(event: SubmitEvent): void {
    if (!this.waiting) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    void this.work.then(() => {
      button?.removeAttribute("aria-busy");
      this.inputTarget.form?.requestSubmit(button);
    });
  }

  private async add(chosen: File[]): Promise<void> {
    const fresh = chosen.filter(
      (file) => !this.kept.some((other) => same(other, file)),
    );
    const room = this.maxValue - this.kept.length;
    if (this.hasFullTarget) this.fullTarget.hidden = fresh.length <= room;
    for (const file of fresh.slice(0, room)) this.kept.push(await shrink(file));
    this.show();
    this.dispatch("changed", { target: this.inputTarget, prefix: "photos" });
  }

  /** Photos that a draft put back into the input: as they were kept, shrunk already. */
  restore(): void {
    this.kept = [...(this.inputTarget.files ?? [])].slice(0, this.maxValue);
    this.show();
  }

  private take(file: File): void {
    this.kept = this.kept.filter((other) => other !== file);
    this.show();
    this.dispatch("changed", { target: this.inputTarget, prefix: "photos" });
  }

  private show(): void {
    const transfer = new DataTransfer();
    for (const file of this.kept) transfer.items.add(file);
    this.inputTarget.files = transfer.files;
    this.listTarget.replaceChildren(
      ...this.kept.map((file) => {
        const frame = document.createElement("div");
        frame.className = "gw-photo-preview";
        const image = document.createElement("img");
        const address = URL.createObjectURL(file);
        image.src = address;
        image.alt = "";
        image.onload = () => URL.revokeObjectURL(address);
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "×";
        button.setAttribute("aria-label", this.removeValue);
        button.addEventListener("click", () => this.take(file));
        frame.append(image, button);
        return frame;
      }),
    );
  }
}

function same(one: File, other: File): boolean {
  return one.name === other.name && one.lastModified === other.lastModified;
}

/**
 * The photo drawn anew, upright, no longer than LONGEST_PX and without what the camera wrote into
 * it; the file itself when this browser cannot read it: the server decides then.
 */
async function shrink(file: File): Promise<File> {
  const isJpeg = file.type === "image/jpeg";
  if (!isJpeg && file.size <= SHRINK_ABOVE_BYTES) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const pen = canvas.getContext("2d");
    if (!pen) return file;
    if (!isJpeg) {
      // what was transparent becomes white, not black
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
    }
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    // a small photo may grow a little: better than to send along where it was taken
    if (!blob || blob.size > Math.max(file.size, SHRINK_ABOVE_BYTES)) return file;
    const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
    return new File([blob], name, { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file;
  }
}
