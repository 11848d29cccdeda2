/** The page around the stage: header, address bar, controls, panels, keyboard. */
import { addressBar } from "./addressBar";
import { consolePanel } from "./consolePanel";
import { bigPlay, controls } from "./controls";
import { h, icon, iconButton } from "./dom";
import { eventsPanel } from "./eventsPanel";
import { helpDialog } from "./help";
import { type InfoPanel, infoPanel } from "./infoPanel";
import { listenToKeys } from "./keyboard";
import { networkPanel } from "./networkPanel";
import type { Panel } from "./panel";
import type { Manifest } from "./payload";
import { Playback } from "./playback";
import { cycleTheme } from "./preferences";
import type { Recording } from "./recording";
import { seekbar } from "./seekbar";
import type { Stage } from "./stage";
import { panelTabs } from "./tabs";
import { clockText, durationText, hashForTime, timeInHash } from "./timeline";

const ALARM_KINDS = new Set(["console_error", "exception", "network_failure"]);
const LINK_LEAD_MS = 1;
/** Panels are redrawn at most this often while segments arrive. */
const REDRAW_MS = 400;

export interface App {
  playback: Playback;
  info: InfoPanel;
  /** Redraws what depends on how much is read; not for every segment, unless `all`. */
  load(all: boolean): void;
}

export interface Links {
  /** Where to download the file, on the share page only. */
  download: string | null;
  /** When the share link ends, ISO 8601. */
  expires: string | null;
}

/** Builds the page in `root` for a recording that is about to be loaded. */
export function mountApp(
  root: HTMLElement,
  manifest: Manifest,
  recording: Recording,
  stage: Stage,
  links: Links,
): App {
  const playback = new Playback(manifest, recording, stage);
  const seek = (atMs: number) => playback.seek(atMs);
  const context = { manifest, recording, seek };
  const info = infoPanel(context);
  const panels: Panel[] = [
    consolePanel(context),
    networkPanel(context),
    eventsPanel(context),
    info,
  ];
  const tabs = panelTabs(panels, manifest);
  const toast = h("div", { class: "toast", attrs: { role: "status" } });
  const help = helpDialog();
  const copyLink = () => {
    const url = location.href.split("#")[0] + hashForTime(playback.atMs);
    copy(url).then(
      () => say(toast, `Link to ${clockText(playback.atMs)} copied`),
      () => say(toast, url),
    );
  };
  const frame = h("div", { class: "stage-frame" }, stage.element);
  stage.element.addEventListener("click", () => playback.toggle());
  const player = h(
    "main",
    { class: "player", testid: "player" },
    addressBar(recording, playback),
    frame,
    h(
      "div",
      { class: "transport" },
      seekbar(manifest, recording, playback),
      controls(manifest, playback, copyLink),
    ),
  );
  root.replaceChildren(
    header(manifest, links, () => help.showModal()),
    player,
    divider(root),
    h("aside", { class: "panels" }, tabs.element),
    toast,
    help,
  );

  playback.onTime(() => {
    player.dataset.timeMs = String(Math.round(playback.atMs));
    for (const panel of panels) panel.setTime(playback.atMs);
  });
  const alarms = () =>
    [
      ...manifest.marks.filter(({ kind }) => ALARM_KINDS.has(kind)).map(({ atMs }) => atMs),
      ...panels.flatMap((panel) => panel.alarms()),
    ].sort((left, right) => left - right);
  listenToKeys({
    playback,
    help,
    copyLink,
    showTab: tabs.show,
    toError: (direction) => {
      const times = alarms();
      const here = playback.atMs;
      const found =
        direction > 0
          ? times.find((atMs) => atMs > here + LINK_LEAD_MS)
          : times.findLast((atMs) => atMs < here - LINK_LEAD_MS);
      if (found !== undefined) playback.seek(found);
      else say(toast, direction > 0 ? "No error after this" : "No error before this");
    },
  });
  addEventListener("hashchange", () => {
    const atMs = timeInHash(location.hash);
    if (atMs !== null) playback.seek(atMs);
  });
  playback.seek(timeInHash(location.hash) ?? manifest.startAtMs);
  frame.append(bigPlay(playback));
  let drawnAt = -Infinity;
  return {
    playback,
    info,
    load: (all) => {
      if (!all && performance.now() - drawnAt < REDRAW_MS) return;
      tabs.load();
      drawnAt = performance.now();
    },
  };
}

function header(manifest: Manifest, links: Links, showHelp: () => void): HTMLElement {
  const started = new Date(manifest.startMs);
  const facts = [
    Number.isNaN(started.getTime())
      ? null
      : started.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }),
    durationText(manifest.durationMs),
    manifest.browser,
    manifest.os,
  ];
  return h(
    "header",
    { class: "top" },
    h("span", { class: "brand" }, h("i"), "Replay Courier"),
    h("h1", {}, manifest.person ?? "Anonymous visitor"),
    h("p", { class: "facts" }, facts.filter(Boolean).join("  \u00b7  ")),
    h("span", { class: "spacer" }),
    links.expires && h("span", { class: "expires" }, expiryText(links.expires)),
    links.download &&
      h(
        "a",
        { class: "button", attrs: { href: links.download, download: "" } },
        icon("download"),
        "Download",
      ),
    iconButton("theme", "Light or dark", cycleTheme),
    iconButton("help", "Keyboard and help (?)", showHelp),
  );
}

function expiryText(expires: string): string {
  const date = new Date(expires);
  return Number.isNaN(date.getTime())
    ? ""
    : `Link ends ${date.toLocaleDateString(undefined, { dateStyle: "medium" })}`;
}

/** The line between player and panels; dragging it changes their share of the width. */
function divider(root: HTMLElement): HTMLElement {
  const element = h("div", { class: "divider", attrs: { role: "separator" } });
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => {
      const share = (1 - moved.clientX / root.clientWidth) * 100;
      root.style.setProperty("--panel-share", `${Math.min(65, Math.max(20, share))}%`);
    };
    const stop = () => {
      element.removeEventListener("pointermove", move);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", stop, { once: true });
    element.addEventListener("pointercancel", stop, { once: true });
  });
  return element;
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

let toastTimer = 0;

function say(toast: HTMLElement, sentence: string): void {
  toast.textContent = sentence;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => toast.classList.remove("shown"), 2500);
}
