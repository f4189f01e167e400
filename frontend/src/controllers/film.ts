import { Controller } from "@hotwired/stimulus";

const SLACK_S = 1;

/**
 * Looks at a chosen video or recording before it travels: one that is too long or too large would
 * only be refused after minutes of sending. Nothing is made smaller here: browsers can only do that
 * by playing the whole film once. Without script the server says the same, later.
 *
 *   <div data-controller="film" data-film-seconds-value="30" data-film-voice-value="60" data-film-megabytes-value="50">
 *     <input type="file" data-film-target="input" data-action="film#choose">
 *     <p hidden data-film-target="long">…</p> <p hidden data-film-target="big">…</p>
 *     <button type="button" hidden data-film-target="away" data-action="film#remove">…</button>
 *   </div>
 */
export default class FilmController extends Controller<HTMLElement> {
  static override values = { seconds: Number, voice: Number, megabytes: Number };
  static override targets = ["input", "long", "big", "away"];
  declare secondsValue: number;
  declare voiceValue: number;
  declare megabytesValue: number;
  declare readonly inputTarget: HTMLInputElement;
  declare readonly longTarget: HTMLElement;
  declare readonly bigTarget: HTMLElement;
  declare readonly awayTarget: HTMLElement;

  async choose(): Promise<void> {
    this.longTarget.hidden = this.bigTarget.hidden = true;
    const file = this.inputTarget.files?.[0];
    this.awayTarget.hidden = !file;
    if (!file) return;
    if (file.size > this.megabytesValue * 1024 * 1024) return this.refuse(this.bigTarget);
    const most = file.type.startsWith("audio/") ? this.voiceValue : this.secondsValue;
    const length = await seconds(file);
    // chosen anew while we were looking
    if (this.inputTarget.files?.[0] !== file) return;
    if (Number.isFinite(length) && length > most + SLACK_S) this.refuse(this.longTarget);
  }

  remove(): void {
    this.inputTarget.value = "";
    this.longTarget.hidden = this.bigTarget.hidden = this.awayTarget.hidden = true;
  }

  private refuse(why: HTMLElement): void {
    this.remove();
    why.hidden = false;
  }
}

/** How long a file plays; NaN when this browser cannot tell: the server decides then. */
function seconds(file: File): Promise<number> {
  return new Promise((done) => {
    const player = document.createElement(file.type.startsWith("audio/") ? "audio" : "video");
    const address = URL.createObjectURL(file);
    const end = (length: number) => {
      window.clearTimeout(patience);
      player.removeAttribute("src");
      URL.revokeObjectURL(address);
      done(length);
    };
    const patience = window.setTimeout(() => end(NaN), 4000);
    player.preload = "metadata";
    player.onloadedmetadata = () => end(player.duration);
    player.onerror = () => end(NaN);
    player.src = address;
  });
}
