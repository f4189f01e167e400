import { Controller } from "@hotwired/stimulus";

/**
 * The number of waiting cases in the title, and a short tone when it grows.
 *
 *   <div data-controller="waiting" data-waiting-count-value="3"></div>
 *
 * The element is replaced by htmx polling; the number before is kept on the window.
 */
let before: number | null = null;
let plainTitle: string | null = null;

export default class WaitingController extends Controller<HTMLElement> {
  static override values = { count: Number, sound: Boolean };
  declare countValue: number;
  declare soundValue: boolean;

  override connect(): void {
    plainTitle ??= document.title;
    document.title = this.countValue > 0 ? `(${this.countValue}) ${plainTitle}` : plainTitle;
    if (this.soundValue && before !== null && this.countValue > before) tone();
    before = this.countValue;
  }
}

function tone(): void {
  try {
    const audio = new AudioContext();
    const wave = audio.createOscillator();
    const volume = audio.createGain();
    wave.frequency.value = 660;
    volume.gain.value = 0.05;
    wave.connect(volume).connect(audio.destination);
    wave.start();
    wave.stop(audio.currentTime + 0.18);
    wave.onended = () => void audio.close();
  } catch {
    // Browsers forbid sound before the first click; the title still shows the number.
  }
}
