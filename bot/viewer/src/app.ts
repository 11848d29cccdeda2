/** The page around the stage: header, address bar, controls, panels, keyboard. */
import { consolePanel } from "./consolePanel";
import { h, icon, iconButton } from "./dom";
import { eventsPanel } from "./eventsPanel";
import { helpDialog } from "./help";
import { type InfoPanel, infoPanel } from "./infoPanel";
import { listenToKeys } from "./keyboard";
import { networkPanel } from "./networkPanel";
import type { Panel } from "./panel";
import type { Manifest } from "./payload";
import { Playback, SPEEDS } from "./playback";
import { cycleTheme, recall, remember } from "./preferences";
import type { Recording } from "./recording";
import { seekbar } from "./seekbar";
import { Stage } from "./stage";
import { clockText, durationText, hashForTime, timeInHash } from "./timeline";

const ALARM_KINDS = new Set(["console_error", "exception", "network_failure"]);
const LINK_LEAD_MS = 1;

export interface App {
  stage: Stage;
  playback: Playback;
  info: InfoPanel;
  /** Redraws what depends on how much is loaded. */
  load(): void;
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
  links: Links,
): App {
  const stage = new Stage(recording, manifest.startMs);
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
  const player = h(
    "main",
    { class: "player", testid: "player" },
    addressBar(recording, playback),
    h("div", { class: "stage-frame" }, stage.element, bigPlay(playback)),
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
  return {
    stage,
    playback,
    info,
    load: () => tabs.load(),
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

/** The recorded page's address, and the windows to choose from where there are several. */
function addressBar(recording: Recording, playback: Playback): HTMLElement {
  const address = h("span", { class: "address", testid: "address" });
  const windows = h("div", { class: "windows" });
  let drawn = "";
  const show = () => {
    const pages = recording.pages;
    const page = pages.findLast(
      (row) => row.windowId === playback.windowId && row.atMs <= playback.atMs,
    );
    const url =
      page?.detail ?? pages.find((row) => row.windowId === playback.windowId)?.detail ?? "";
    if (address.textContent !== url) address.textContent = url;
    const ids = recording.windowIds;
    const wanted = `${ids.join(" ")}|${playback.windowId}|${playback.pinnedWindow}`;
    if (wanted === drawn) return;
    drawn = wanted;
    windows.hidden = ids.length < 2;
    windows.replaceChildren(
      ...ids.map((id, index) => {
        const front = id === playback.windowId;
        return h(
          "button",
          {
            class: "window",
            testid: "window",
            type: "button",
            title: "Stay on this window",
            attrs: { "aria-pressed": String(front) },
            on: { click: () => playback.pin(id) },
          },
          `Window ${index + 1}`,
        );
      }),
      h(
        "button",
        {
          class: "window follow",
          type: "button",
          title: "Show the window in use",
          attrs: { "aria-pressed": String(playback.pinnedWindow === null) },
          on: { click: () => playback.pin(null) },
        },
        "Follow",
      ),
    );
  };
  playback.onTime(show);
  playback.onState(show);
  return h("div", { class: "address-bar" }, address, windows);
}

function bigPlay(playback: Playback): HTMLElement {
  const button = iconButton("play", "Play", () => playback.play(), { class: "big-play" });
  playback.onState(() => {
    button.hidden = playback.playing;
  });
  return button;
}

function controls(manifest: Manifest, playback: Playback, copyLink: () => void): HTMLElement {
  const play = iconButton("play", "Play", () => playback.toggle(), {
    class: "play",
    testid: "play",
    title: "Play or pause (space)",
  });
  const now = h("span", { class: "clock", testid: "clock" });
  const skip = h(
    "button",
    {
      class: "toggle",
      testid: "skip-idle",
      type: "button",
      title: "Skip the time in which nothing happens (s)",
      on: { click: () => playback.setSkipsIdle(!playback.skipsIdle) },
    },
    icon("skip"),
    "Skip idle",
  );
  const speeds = h(
    "div",
    { class: "speeds", attrs: { role: "group", "aria-label": "Speed" } },
    ...SPEEDS.map((speed) =>
      h(
        "button",
        {
          type: "button",
          attrs: { "data-speed": String(speed) },
          on: { click: () => playback.setSpeed(speed) },
        },
        `${speed}x`,
      ),
    ),
  );
  const total = clockText(manifest.durationMs);
  const showTime = () => {
    const text = `${clockText(playback.atMs)} / ${total}`;
    if (now.textContent !== text) now.textContent = text;
  };
  const showState = () => {
    play.replaceChildren(icon(playback.playing ? "pause" : "play"));
    play.setAttribute("aria-label", playback.playing ? "Pause" : "Play");
    skip.setAttribute("aria-pressed", String(playback.skipsIdle));
    for (const button of speeds.querySelectorAll("button")) {
      const chosen = Number(button.dataset.speed) === playback.speed;
      button.setAttribute("aria-pressed", String(chosen));
    }
    remember("speed", String(playback.speed));
    remember("skip-idle", String(playback.skipsIdle));
  };
  playback.speed = SPEEDS.find((speed) => String(speed) === recall("speed")) ?? 1;
  playback.skipsIdle = recall("skip-idle") !== "false";
  playback.onTime(showTime);
  playback.onState(showState);
  showTime();
  showState();
  return h(
    "div",
    { class: "controls" },
    play,
    iconButton("back", "Back 5 seconds (left arrow)", () => playback.seek(playback.atMs - 5000)),
    iconButton("forward", "Forward 5 seconds (right arrow)", () =>
      playback.seek(playback.atMs + 5000),
    ),
    now,
    h("span", { class: "spacer" }),
    skip,
    speeds,
    iconButton("link", "Copy a link to this moment (c)", copyLink, { testid: "copy-link" }),
  );
}

interface Tabs {
  element: HTMLElement;
  load(): void;
  show(index: number): void;
}

function panelTabs(panels: Panel[], manifest: Manifest): Tabs {
  const counts = panels.map(() => h("span", { class: "count" }));
  const buttons = panels.map((panel, index) =>
    h(
      "button",
      {
        class: "tab",
        testid: `tab-${panel.name}`,
        type: "button",
        attrs: { role: "tab" },
        on: { click: () => show(index) },
      },
      panel.label,
      counts[index],
    ),
  );
  const show = (chosen: number) => {
    panels.forEach((panel, index) => {
      panel.element.hidden = index !== chosen;
      buttons[index]?.setAttribute("aria-selected", String(index === chosen));
    });
    panels[chosen]?.shown();
  };
  // What went wrong is what people open a replay for: start where it shows.
  const { console: levels, networkFailing } = manifest.counts;
  show(levels.error || !networkFailing ? 0 : 1);
  return {
    element: h(
      "div",
      { class: "tabbed" },
      h("div", { class: "tabs", attrs: { role: "tablist" } }, ...buttons),
      ...panels.map((panel) => panel.element),
    ),
    show: (index) => {
      if (index < panels.length) show(index);
    },
    load() {
      panels.forEach((panel, index) => {
        panel.load();
        const count = panel.count();
        const badge = counts[index];
        if (!badge) return;
        badge.textContent = count === null ? "" : String(count);
        badge.classList.toggle("alarm", panel.alarms().length > 0);
      });
    },
  };
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
