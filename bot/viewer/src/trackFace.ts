/** What the timeline's bar shows: how busy it was, idle time, how far it is read and played. */
import { h } from "./dom";
import type { Playback } from "./playback";
import type { Recording } from "./recording";
import { histogram } from "./timeline";

const BARS = 160;
const SVG = "http://www.w3.org/2000/svg";

export interface TrackFace {
  element: HTMLElement;
  /** Draws how far it is played. */
  drawTime(): void;
  /** Draws what is known by now of the recording. */
  drawLoaded(): void;
}

export function trackFace(recording: Recording, playback: Playback): TrackFace {
  const length = () => Math.max(1, playback.durationMs);
  const bars = document.createElementNS(SVG, "svg");
  bars.setAttribute("class", "bars");
  bars.setAttribute("viewBox", `0 0 ${BARS} 1`);
  bars.setAttribute("preserveAspectRatio", "none");
  const shape = document.createElementNS(SVG, "path");
  bars.append(shape);
  const idle = h("div", { class: "idle-spans" });
  const unloaded = h("div", { class: "unloaded" });
  const played = h("div", { class: "played" });
  let drawn = "";
  return {
    element: h("div", { class: "track-face" }, bars, idle, unloaded, played),
    drawTime() {
      played.style.width = percentOf(playback.atMs, length());
    },
    drawLoaded() {
      const duration = length();
      if (drawn === `${playback.loadedMs} ${duration}`) return;
      drawn = `${playback.loadedMs} ${duration}`;
      unloaded.style.left = percentOf(playback.loadedMs, duration);
      shape.setAttribute(
        "d",
        histogram(recording.activity, duration, BARS)
          .map((height, bar) => (height ? `M${bar + 0.15} 1v${-height.toFixed(2)}h.7V1z` : ""))
          .join(""),
      );
      idle.replaceChildren(
        ...playback.idle.map(({ fromMs, toMs }) => {
          const span = h("i");
          span.style.left = percentOf(fromMs, duration);
          span.style.width = percentOf(toMs - fromMs, duration);
          return span;
        }),
      );
    },
  };
}

/** A time's place on the timeline, as CSS has it. */
export function percentOf(atMs: number, durationMs: number): string {
  return `${Math.min(100, Math.max(0, (atMs / durationMs) * 100))}%`;
}
