/** Keys of the player. help.ts lists them for the reader. */
import { type Playback, SPEEDS } from "./playback";

const STEP_MS = 5000;

export interface KeyTargets {
  playback: Playback;
  help: HTMLDialogElement;
  copyLink: () => void;
  showTab: (index: number) => void;
  toError: (direction: 1 | -1) => void;
}

export function listenToKeys(targets: KeyTargets): void {
  const { playback, help } = targets;
  const changeSpeed = (step: number) => {
    const speed = SPEEDS[SPEEDS.findIndex((one) => one === playback.speed) + step];
    if (speed) playback.setSpeed(speed);
  };
  const actions: Record<string, () => void> = {
    " ": () => playback.toggle(),
    ArrowLeft: () => playback.seek(playback.atMs - STEP_MS),
    ArrowRight: () => playback.seek(playback.atMs + STEP_MS),
    e: () => targets.toError(1),
    E: () => targets.toError(-1),
    "<": () => changeSpeed(-1),
    ">": () => changeSpeed(1),
    s: () => playback.setSkipsIdle(!playback.skipsIdle),
    c: targets.copyLink,
    "1": () => targets.showTab(0),
    "2": () => targets.showTab(1),
    "3": () => targets.showTab(2),
    "4": () => targets.showTab(3),
    "/": () =>
      document.querySelector<HTMLInputElement>(".panel:not([hidden]) .search")?.focus(),
    "?": () => (help.open ? help.close() : help.showModal()),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as Element;
    if (target.closest("input")) {
      if (event.key === "Escape") (target as HTMLElement).blur();
      return;
    }
    // Space on a focused button presses it; only the player's own play button may clash.
    if (event.key === " " && target.closest("button, summary, a")) return;
    if (help.open && event.key !== "?") return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
