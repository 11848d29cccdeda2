/** The page around the stage: header, player, panels, and how they act on each other. */
import { addressLine, nextWindow, windowTabs } from "./addressBar";
import { Announcer } from "./announcer";
import { consolePanel } from "./consolePanel";
import { bigPlay, controls } from "./controls";
import { divider } from "./divider";
import { h } from "./dom";
import { eventsPanel } from "./eventsPanel";
import { type Links, header } from "./header";
import { helpDialog } from "./help";
import { type InfoPanel, infoPanel } from "./infoPanel";
import { keyBindings, listenToKeys } from "./keyboard";
import type { LiveState } from "./live";
import { LIVE_WORDS, liveBadge } from "./liveBadge";
import { networkPanel } from "./networkPanel";
import type { Panel } from "./panel";
import type { Manifest } from "./payload";
import { Playback } from "./playback";
import type { RawLines } from "./rawLines";
import type { Recording } from "./recording";
import { seekbar } from "./seekbar";
import type { Stage } from "./stage";
import { type Moment, alarmMoments, landingOf, stepFrom, userMoments } from "./steps";
import { panelTabs } from "./tabs";
import { leaveTheatre, toggleTheatre } from "./theatre";
import { clockText, durationText, hashForTime, timeInHash } from "./timeline";

/** Panels are redrawn at most this often while segments arrive. */
const REDRAW_MS = 400;

export interface App {
  playback: Playback;
  info: InfoPanel;
  /** The manifest says more than it did. */
  grow(): void;
  /** Says how it is with a session that was going on. */
  showLive(state: LiveState): void;
  /** Redraws what depends on how much is read; not for every segment, unless `all`. */
  load(all: boolean): void;
  /** Shows `card`, which says why no more of the recording comes. */
  fail(card: HTMLElement): void;
}

/** Builds the page in `root` for a recording that is about to be loaded. */
export function mountApp(
  root: HTMLElement,
  manifest: Manifest,
  recording: Recording,
  stage: Stage,
  links: Links,
  lines: RawLines,
): App {
  const playback = new Playback(manifest, recording, stage);
  const seek = (atMs: number) => playback.seek(atMs);
  const context = { manifest, recording, lines, seek };
  const info = infoPanel(context);
  const panels: Panel[] = [
    consolePanel(context),
    networkPanel(context),
    eventsPanel(context),
    info,
  ];
  const tabs = panelTabs(panels, manifest);
  const announcer = new Announcer();
  const live = links.newer ? liveBadge(playback) : null;
  const step = (moments: Moment[], direction: 1 | -1, name: string) => {
    const found = stepFrom(moments, playback.atMs, direction);
    if (found) playback.seek(landingOf(found));
    const none =
      direction > 0 && playback.loadedMs < playback.durationMs
        ? "The rest is not loaded yet"
        : `No ${name} ${direction > 0 ? "after" : "before"} this`;
    announcer.say(found?.text ?? none);
  };
  const actions = {
    toEvent: (direction: 1 | -1) =>
      step(userMoments(recording.eventRows(), manifest.marks), direction, "event"),
    toError: (direction: 1 | -1) => {
      const times = panels.flatMap((panel) => panel.alarms());
      step(alarmMoments(manifest.marks, times), direction, "error");
    },
    toggleActualSize: () => {
      stage.setActualSize(!stage.actualSize);
      player
        .querySelector("[data-testid=actual-size]")
        ?.setAttribute("aria-pressed", String(stage.actualSize));
    },
    toggleTheatre: () => toggleTheatre(root),
    copyLink: () => {
      const url = location.href.split("#")[0] + hashForTime(playback.atMs);
      copy(url).then(
        () => announcer.say(`Link to ${clockText(playback.atMs)} copied`),
        () => announcer.say(url),
      );
    },
  };
  const keys = keyBindings({
    ...actions,
    playback,
    showTab: tabs.show,
    leaveTheatre: () => leaveTheatre(root),
    nextWindow: () => playback.pin(nextWindow(manifest, playback)),
    followNewest: live && (() => !live.element.hidden && playback.follow(!playback.following)),
    toggleHelp: () => (help.open ? help.close() : help.showModal()),
  });
  const help = helpDialog(keys);
  const frame = h(
    "div",
    { class: "stage-frame" },
    stage.element,
    announcer.toast,
    announcer.spoken,
  );
  stage.bar.prepend(addressLine(manifest, recording, playback));
  stage.element.addEventListener("click", () => playback.toggle());
  const transport = h(
    "div",
    { class: "transport" },
    seekbar(manifest, recording, playback),
    controls(manifest, playback, actions),
  );
  const player = h(
    "main",
    { class: "player", testid: "player", attrs: { "aria-label": "Player" } },
    windowTabs(manifest, recording, playback),
    frame,
    transport,
  );
  const top = header(manifest, links, live?.element ?? null, () => help.showModal());
  root.replaceChildren(
    top.element,
    player,
    divider(root),
    h("aside", { class: "panels", attrs: { "aria-label": "Details" } }, tabs.element),
    help,
  );

  playback.onTime(() => {
    player.dataset.timeMs = String(Math.round(playback.atMs));
    for (const panel of panels) panel.setTime(playback.atMs);
  });
  playback.onState(() => {
    if (playback.loadedMs === Infinity) stage.finish();
  });
  playback.onSkip((byMs) => announcer.say(`Skipped ${durationText(byMs)} idle`));
  listenToKeys(keys, help);
  addEventListener("hashchange", () => {
    const atMs = timeInHash(location.hash);
    if (atMs !== null) playback.seek(atMs);
  });
  playback.seek(timeInHash(location.hash) ?? manifest.startAtMs);
  // From here on, seeks are the reader's.
  announcer.attend(playback);
  frame.append(bigPlay(playback));
  let drawnAt = -Infinity;
  return {
    playback,
    info,
    grow() {
      stage.grown();
      top.draw();
      playback.grow(manifest.durationMs);
    },
    showLive(state) {
      live?.show(state);
      const words = LIVE_WORDS[state];
      if (words) {
        if (playback.following) playback.follow(false);
        announcer.say(words);
      }
    },
    load: (all) => {
      if (!all && performance.now() - drawnAt < REDRAW_MS) return;
      tabs.load();
      drawnAt = performance.now();
    },
    fail(card) {
      // What could be read is worth more than a page that says why the rest could not,
      // and what the manifest says is worth showing even where nothing was read.
      if (playback.loadedMs > 0) {
        card.classList.add("corner");
        frame.append(card);
        stage.finish();
        tabs.load();
        return;
      }
      transport.inert = true;
      frame.replaceChildren(card);
      tabs.only("info");
    },
  };
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
