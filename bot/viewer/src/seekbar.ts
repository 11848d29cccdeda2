/**
 * The timeline under the stage: how busy, how far, what went wrong where, which page.
 * The marks themselves are marks.ts's.
 */
import { type Cluster, clusterLines } from "./clusters";
import { h } from "./dom";
import { timelineMarks } from "./marks";
import type { Manifest } from "./payload";
import type { Playback } from "./playback";
import type { Recording } from "./recording";
import { clockText, durationText, windowAt } from "./timeline";
import { percentOf, trackFace } from "./trackFace";
import { pageName } from "./windowNames";

const STEP_MS = 5000;

export function seekbar(
  manifest: Manifest,
  recording: Recording,
  playback: Playback,
): HTMLElement {
  const length = () => Math.max(1, manifest.durationMs);
  const face = trackFace(recording, playback);
  const head = h("div", { class: "playhead" });
  const tip = h("div", { class: "tip", testid: "tip", attrs: { "aria-hidden": "true" } });
  tip.hidden = true;
  const slider = h(
    "div",
    {
      class: "track",
      testid: "slider",
      attrs: {
        role: "slider",
        tabindex: "0",
        "aria-label": "Position in the recording",
        "aria-valuemin": "0",
      },
    },
    face.element,
    head,
  );
  const showTip = (xPx: number, atMs: number, lines: string[]) => {
    tip.hidden = false;
    tip.replaceChildren(
      h("b", {}, clockText(atMs)),
      ...lines.map((line) => h("span", {}, line)),
    );
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.min(element.clientWidth - half, Math.max(half, xPx))}px`;
  };
  const showCluster = (cluster: Cluster) =>
    showTip((cluster.atMs / length()) * slider.clientWidth, cluster.atMs, clusterLines(cluster));
  const marks = timelineMarks(
    manifest,
    (atMs) => playback.seek(atMs),
    (cluster) => {
      if (cluster) showCluster(cluster);
      else tip.hidden = true;
    },
  );
  const element = h(
    "div",
    { class: "seekbar", testid: "timeline" },
    marks.element,
    slider,
    marks.pages,
    tip,
  );
  new ResizeObserver(() => marks.draw(slider.clientWidth)).observe(slider);

  /** The page of the window in use at that time. */
  const pageAt = (atMs: number) => {
    const windowId = windowAt(manifest.turns, atMs);
    const row = recording.pages.findLast(
      (page) => page.atMs <= atMs && page.windowId === windowId,
    );
    return row ? pageName(row.detail) : "";
  };
  const timeAt = (event: PointerEvent) => {
    const { left, width } = slider.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width))) * length();
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
    const xPx = (atMs / length()) * slider.clientWidth;
    const near = dragging ? undefined : marks.near(xPx, slider.clientWidth);
    if (near) showCluster(near);
    else showTip(xPx, atMs, [pageAt(atMs), ...linesAt(playback, atMs)].filter(Boolean));
  });
  const release = () => {
    dragging = false;
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
  slider.addEventListener("keydown", (event) => {
    const keys: Record<string, number> = {
      Home: 0,
      End: length(),
      PageUp: playback.atMs + STEP_MS * 2,
      PageDown: playback.atMs - STEP_MS * 2,
      ArrowUp: playback.atMs + STEP_MS,
      ArrowDown: playback.atMs - STEP_MS,
    };
    const atMs = keys[event.key];
    if (atMs === undefined) return;
    playback.seek(atMs);
    event.preventDefault();
  });

  let drawnMs = 0;
  const showLength = () => {
    if (drawnMs === length()) return;
    drawnMs = length();
    slider.setAttribute("aria-valuemax", String(Math.round(drawnMs / 1000)));
    marks.grown(slider.clientWidth);
    showTime();
  };
  const showTime = () => {
    head.style.left = percentOf(playback.atMs, length());
    face.drawTime();
    const seconds = String(Math.round(playback.atMs / 1000));
    if (slider.getAttribute("aria-valuenow") === seconds) return;
    slider.setAttribute("aria-valuenow", seconds);
    const page = pageAt(playback.atMs);
    const on = page ? `, on ${page}` : "";
    const total = clockText(length());
    slider.setAttribute("aria-valuetext", `${clockText(playback.atMs)} of ${total}${on}`);
  };
  playback.onTime(showTime);
  playback.onState(face.drawLoaded);
  playback.onState(showLength);
  showLength();
  showTime();
  return element;
}

/** What there is to say of a time on which there is no mark. */
function linesAt(playback: Playback, atMs: number): string[] {
  const span = playback.idle.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  const skips = playback.skipsIdle ? ", skipped when playing" : "";
  return [
    span ? `Idle for ${durationText(span.toMs - span.fromMs)}${skips}` : "",
    atMs > playback.loadedMs ? "Not loaded yet" : "",
  ];
}
