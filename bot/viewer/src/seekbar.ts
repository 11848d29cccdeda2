/** The timeline under the stage: how busy, how far, what went wrong where. */
import { h } from "./dom";
import type { Manifest, Mark, MarkKind } from "./payload";
import type { Playback } from "./playback";
import type { Recording } from "./recording";
import { clockText, histogram } from "./timeline";

const BARS = 160;
const STEP_MS = 5000;

const KIND_NAMES: Record<MarkKind, string> = {
  console_error: "Console error",
  exception: "Exception",
  network_failure: "Failed request",
  rage_click: "Rage click",
  page: "Page",
};

export function seekbar(
  manifest: Manifest,
  recording: Recording,
  playback: Playback,
): HTMLElement {
  const duration = Math.max(1, manifest.durationMs);
  const percent = (atMs: number) => `${Math.min(100, Math.max(0, (atMs / duration) * 100))}%`;
  const bars = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  bars.setAttribute("class", "bars");
  bars.setAttribute("viewBox", `0 0 ${BARS} 1`);
  bars.setAttribute("preserveAspectRatio", "none");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  bars.append(shape);
  const idle = h("div", { class: "idle-spans" });
  const unloaded = h("div", { class: "unloaded" });
  const played = h("div", { class: "played" });
  const head = h("div", { class: "playhead" });
  const tip = h("div", { class: "tip" });
  tip.hidden = true;
  const track = h("div", { class: "track" }, bars, idle, unloaded, played);
  const marks = h(
    "div",
    { class: "marks" },
    ...manifest.marks.map((mark) => markButton(mark, percent(mark.atMs), playback)),
  );
  const element = h(
    "div",
    {
      class: "seekbar",
      testid: "timeline",
      attrs: {
        role: "slider",
        tabindex: "0",
        "aria-label": "Position in the recording",
        "aria-valuemin": "0",
        "aria-valuemax": String(Math.round(duration / 1000)),
      },
    },
    marks,
    track,
    head,
    tip,
  );

  const timeAt = (event: PointerEvent) => {
    const { left, width } = track.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width))) * duration;
  };
  let dragging = false;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || (event.target as Element).closest(".mark")) return;
    dragging = true;
    element.setPointerCapture(event.pointerId);
    playback.seek(timeAt(event));
  });
  element.addEventListener("pointermove", (event) => {
    const atMs = timeAt(event);
    if (dragging) playback.seek(atMs);
    const near = manifest.marks.find(
      (mark) => Math.abs(mark.atMs - atMs) < (duration * 5) / Math.max(1, track.clientWidth),
    );
    tip.hidden = false;
    tip.replaceChildren(
      h("b", {}, clockText(near ? near.atMs : atMs)),
      near ? ` ${KIND_NAMES[near.kind]}: ${near.label}` : "",
    );
    const { left } = element.getBoundingClientRect();
    const half = tip.offsetWidth / 2;
    const x = Math.min(element.clientWidth - half, Math.max(half, event.clientX - left));
    tip.style.left = `${x}px`;
  });
  const release = () => {
    dragging = false;
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Home") playback.seek(0);
    else if (event.key === "End") playback.seek(duration);
    else if (event.key === "PageUp") playback.seek(playback.atMs - STEP_MS * 2);
    else if (event.key === "PageDown") playback.seek(playback.atMs + STEP_MS * 2);
    else return;
    event.preventDefault();
  });

  const showTime = () => {
    const at = percent(playback.atMs);
    head.style.left = at;
    played.style.width = at;
    element.setAttribute("aria-valuenow", String(Math.round(playback.atMs / 1000)));
    element.setAttribute("aria-valuetext", clockText(playback.atMs));
  };
  let drawnLoadedMs = -1;
  const showLoaded = () => {
    if (playback.loadedMs === drawnLoadedMs) return;
    drawnLoadedMs = playback.loadedMs;
    unloaded.style.left = percent(playback.loadedMs);
    shape.setAttribute(
      "d",
      histogram(recording.activity, duration, BARS)
        .map((height, bar) => (height ? `M${bar + 0.15} 1v${-height.toFixed(2)}h.7V1z` : ""))
        .join(""),
    );
    idle.replaceChildren(
      ...playback.idle.map(({ fromMs, toMs }) => {
        const span = h("i");
        span.style.left = percent(fromMs);
        span.style.width = `${((toMs - fromMs) / duration) * 100}%`;
        return span;
      }),
    );
  };
  playback.onTime(showTime);
  playback.onState(showLoaded);
  showTime();
  return element;
}

function markButton(mark: Mark, left: string, playback: Playback): HTMLElement {
  const button = h("button", {
    class: `mark kind-${mark.kind}`,
    testid: "mark",
    type: "button",
    attrs: {
      tabindex: "-1",
      "aria-label": `${KIND_NAMES[mark.kind]} at ${clockText(mark.atMs)}: ${mark.label}`,
      "data-kind": mark.kind,
    },
    on: { click: () => playback.seek(mark.atMs) },
  });
  button.style.left = left;
  return button;
}
