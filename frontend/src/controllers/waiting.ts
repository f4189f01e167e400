import { Controller } from "@hotwired/stimulus";

/**
 * What waits, in the title of the page; a short chime when something new came, for whoever
 * turned it on. Both work without each other, and every page works without either.
 *
 *   <div data-controller="waiting" data-waiting-poll-value="/desk/inbox/count"
 *        data-waiting-count-value="3">
 *     <button type="button" hidden data-waiting-target="sound" data-action="waiting#turn"
 *             data-on="Sound: on" data-off="Sound: off">…</button>
 *   </div>
 *
 * Asks every half minute with the ETag of the answer before; "nothing new" costs no body. Tells
 * the page by the event waiting:changed on the body, and keeps the choice of sound on this device.
 */
interface News {
  unread: number;
  waiting: number;
  newest: string;
}

const EVERY = 30_000;
const SOUND = "gridward.sound";
const SEEN = "gridward.seen";
const RUNG = "gridward.rung";

export default class WaitingController extends Controller<HTMLElement> {
  static override values = { poll: String, count: Number };
  static override targets = ["sound", "number", "unread"];
  declare readonly pollValue: string;
  declare readonly countValue: number;
  declare readonly soundTarget: HTMLButtonElement;
  declare readonly hasSoundTarget: boolean;
  declare readonly numberTargets: HTMLElement[];
  declare readonly unreadTargets: HTMLElement[];

  private title = "";
  private tag = "";
  private timer = 0;
  private audio: AudioContext | null = null;

  override connect(): void {
    this.title = document.title.replace(/^\(\d+\+?\) /, "");
    this.show(this.countValue);
    this.label();
    if (this.pollValue) this.timer = window.setTimeout(() => void this.ask(), 1500);
  }

  override disconnect(): void {
    window.clearTimeout(this.timer);
    document.title = this.title;
    void this.audio?.close();
  }

  turn(): void {
    const on = !this.on;
    keep(localStorage, SOUND, on ? "1" : "");
    this.label();
    if (on) this.ring(); // the press also allows the browser to play
  }

  private get on(): boolean {
    return read(localStorage, SOUND) === "1";
  }

  private label(): void {
    if (!this.hasSoundTarget) return;
    const button = this.soundTarget;
    button.hidden = typeof AudioContext === "undefined";
    button.setAttribute("aria-pressed", String(this.on));
    button.textContent = (this.on ? button.dataset["on"] : button.dataset["off"]) ?? "";
  }

  private show(count: number): void {
    document.title = count > 0 ? `(${count > 98 ? "99+" : count}) ${this.title}` : this.title;
    for (const each of this.numberTargets) {
      each.textContent = count > 98 ? "99+" : String(count);
      each.hidden = count === 0;
    }
  }

  private async ask(): Promise<void> {
    try {
      const headers: Record<string, string> = { Accept: "application/json", "X-Gridward-Poll": "1" };
      if (this.tag) headers["If-None-Match"] = this.tag;
      const answer = await fetch(this.pollValue, { headers, credentials: "same-origin", redirect: "error" });
      if (answer.status === 401 || answer.status === 403) return; // signed out: the next page says so
      if (answer.ok) {
        this.tag = answer.headers.get("ETag") ?? "";
        this.take((await answer.json()) as News);
      }
    } catch {
      // No network, or signed out: the page stays as it is and is asked again.
    }
    this.timer = window.setTimeout(() => void this.ask(), EVERY);
  }

  private take(news: News): void {
    this.show(news.waiting);
    for (const each of this.unreadTargets) {
      each.textContent = news.unread > 98 ? "99+" : String(news.unread);
      each.hidden = news.unread === 0;
    }
    const now = `${news.newest} ${news.waiting}`;
    const before = read(sessionStorage, SEEN);
    keep(sessionStorage, SEEN, now);
    if (before === null || before === now) return;
    const [newest, waiting] = before.split(" ");
    document.body.dispatchEvent(new CustomEvent("waiting:changed"));
    const came = (news.newest !== "" && news.newest !== newest) || news.waiting > Number(waiting);
    // of several open pages only one rings
    if (came && this.on && read(localStorage, RUNG) !== now) {
      keep(localStorage, RUNG, now);
      this.ring();
    }
  }

  /** Two soft tones, a third apart, that swell and fade: heard, but nobody jumps. */
  private ring(): void {
    try {
      this.audio ??= new AudioContext();
      const audio = this.audio;
      void audio.resume();
      [523.25, 659.25].forEach((pitch, number) => {
        const start = audio.currentTime + 0.05 + number * 0.22;
        const wave = audio.createOscillator();
        const volume = audio.createGain();
        wave.type = "sine";
        wave.frequency.value = pitch;
        volume.gain.setValueAtTime(0.0001, start);
        volume.gain.exponentialRampToValueAtTime(0.12, start + 0.04);
        volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.9);
        wave.connect(volume).connect(audio.destination);
        wave.start(start);
        wave.stop(start + 0.95);
      });
    } catch {
      // Browsers may forbid sound before the first press; the title still shows the number.
    }
  }
}

function read(store: Storage, key: string): string | null {
  try {
    return store.getItem(key);
  } catch {
    return null;
  }
}

function keep(store: Storage, key: string, value: string): void {
  try {
    store.setItem(key, value);
  } catch {
    // A forbidden storage only means that the choice is not kept.
  }
}
