/**
 * What the player says beside the picture: short sentences over it for everybody, and
 * for screen readers also where a seek ended and whether it plays.
 */
import { h } from "./dom";
import type { Playback } from "./playback";
import { clockText } from "./timeline";

const SHOWN_MS = 2500;
/** Only where a row of seeks ends is worth being read out. */
const SETTLED_MS = 600;

export class Announcer {
  readonly toast = h("div", { class: "toast", testid: "toast", attrs: { role: "status" } });
  readonly spoken = h("div", {
    class: "unseen",
    testid: "spoken",
    attrs: { role: "status" },
  });
  private toastTimer = 0;
  private spokenTimer = 0;

  /** Shows a sentence over the picture for a moment; it is read out too. */
  say(sentence: string): void {
    this.toast.textContent = sentence;
    this.toast.classList.add("shown");
    clearTimeout(this.toastTimer);
    this.toastTimer = window.setTimeout(() => this.toast.classList.remove("shown"), SHOWN_MS);
  }

  /** Has a sentence read out once nothing newer has come for a moment. */
  speak(sentence: string): void {
    clearTimeout(this.spokenTimer);
    this.spokenTimer = window.setTimeout(() => {
      this.spoken.textContent = sentence;
    }, SETTLED_MS);
  }

  /** Speaks of play, pause and seeks; not of time that passes by itself. */
  attend(playback: Playback): void {
    const total = () => clockText(playback.durationMs);
    let wasPlaying = playback.playing;
    playback.onState(() => {
      if (playback.playing === wasPlaying) return;
      wasPlaying = playback.playing;
      const at = clockText(playback.atMs);
      this.speak(wasPlaying ? `Playing from ${at}` : `Paused at ${at} of ${total()}`);
    });
    playback.onTime(() => {
      // A slider in focus has its value read out already.
      const onSlider = document.activeElement?.getAttribute("role") === "slider";
      if (!playback.playing && !onSlider) this.speak(`${clockText(playback.atMs)} of ${total()}`);
    });
  }
}
