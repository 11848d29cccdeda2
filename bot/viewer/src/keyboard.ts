/** The keys of the player: what each does, in the one table that the help shows too. */
import { type Playback, SPEEDS } from "./playback";

export const STEP_MS = 5000;

export interface KeyTargets {
  playback: Playback;
  toggleHelp: () => void;
  copyLink: () => void;
  showTab: (index: number) => void;
  toEvent: (direction: 1 | -1) => void;
  toError: (direction: 1 | -1) => void;
  toggleActualSize: () => void;
  toggleTheatre: () => void;
  leaveTheatre: () => void;
  nextWindow: () => void;
  /** Keeps to the newest moment, or not; null where the recording is all there is. */
  followNewest: (() => void) | null;
}

/** One line of the help, and what its keys do. */
export interface Binding {
  meaning: string;
  /** By the name a browser gives the key. */
  keys: Record<string, () => void>;
  /** As the help writes them, where that differs. */
  shown?: string[];
}

export interface BindingGroup {
  title: string;
  bindings: Binding[];
}

export function keyBindings(targets: KeyTargets): BindingGroup[] {
  const { playback } = targets;
  const changeSpeed = (step: number) => () => {
    const speed = SPEEDS[SPEEDS.findIndex((one) => one === playback.speed) + step];
    if (speed) playback.setSpeed(speed);
  };
  const seekBy = (byMs: number) => () => playback.seek(playback.atMs + byMs);
  const tab = (index: number) => () => targets.showTab(index);
  const { followNewest } = targets;
  const live: Binding[] = followNewest
    ? [{ meaning: "Keep to the newest moment, or not", keys: { l: followNewest } }]
    : [];
  const search = () =>
    document.querySelector<HTMLInputElement>(".panel:not([hidden]) .search")?.focus();
  return [
    {
      title: "Playing",
      bindings: [
        {
          meaning: "Play or pause",
          keys: { " ": () => playback.toggle() },
          shown: ["Space"],
        },
        {
          meaning: "Five seconds back or forward",
          keys: { ArrowLeft: seekBy(-STEP_MS), ArrowRight: seekBy(STEP_MS) },
          shown: ["\u2190", "\u2192"],
        },
        {
          meaning: "Slower or faster",
          keys: { "<": changeSpeed(-1), ">": changeSpeed(1) },
        },
        {
          meaning: "Skip idle time, or not",
          keys: { s: () => playback.setSkipsIdle(!playback.skipsIdle) },
        },
        ...live,
      ],
    },
    {
      title: "Finding",
      bindings: [
        {
          meaning: "Event before or after: page, click, typing, error",
          keys: { ",": () => targets.toEvent(-1), ".": () => targets.toEvent(1) },
        },
        { meaning: "Next error", keys: { e: () => targets.toError(1) } },
        {
          meaning: "Error before",
          keys: { E: () => targets.toError(-1) },
          shown: ["Shift", "e"],
        },
        {
          meaning: "Console, network, events, info",
          keys: { "1": tab(0), "2": tab(1), "3": tab(2), "4": tab(3) },
        },
        { meaning: "Search in the open panel", keys: { "/": search } },
      ],
    },
    {
      title: "Looking",
      bindings: [
        { meaning: "Full screen", keys: { f: targets.toggleTheatre } },
        { meaning: "Actual size, or scaled to fit", keys: { z: targets.toggleActualSize } },
        { meaning: "Next window of the recording", keys: { w: targets.nextWindow } },
        { meaning: "Copy a link to this moment", keys: { c: targets.copyLink } },
        { meaning: "This help", keys: { "?": targets.toggleHelp } },
        {
          meaning: "Leave search, help or full screen",
          keys: { Escape: targets.leaveTheatre },
          shown: ["Esc"],
        },
      ],
    },
  ];
}

/** Has the page's keys do what `groups` say; while `help` is open, only those that close it. */
export function listenToKeys(groups: readonly BindingGroup[], help: HTMLDialogElement): void {
  const actions = new Map(
    groups.flatMap(({ bindings }) => bindings.flatMap(({ keys }) => Object.entries(keys))),
  );
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as Element;
    if (target.closest("input, select, textarea")) {
      if (event.key === "Escape") (target as HTMLElement).blur();
      return;
    }
    // Space on a focused button presses it; only the player's own play button may clash.
    if (event.key === " " && target.closest("button, summary, a")) return;
    if (help.open && event.key !== "?") return;
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
