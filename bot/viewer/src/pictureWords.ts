/** What is said where there is no picture to show, pure. */
import { clockText } from "./timeline";

/** Recorders take the first picture this soon after a page's first event. */
const PROMPT_MS = 1000;

export interface PictureState {
  atMs: number;
  /** When this window's first picture was taken; null if none is loaded. */
  pictureAtMs: number | null;
  /** Whether any window of the recording left something to replay. */
  anyPicture: boolean;
  severalWindows: boolean;
  /** Whether all of the recording has been read. */
  complete: boolean;
}

/** The sentence for that state; empty where the picture speaks for itself. */
export function pictureWords(state: PictureState): string {
  const { pictureAtMs, atMs, severalWindows } = state;
  if (pictureAtMs !== null) {
    if (isPictured(pictureAtMs, atMs)) return "";
    const from = clockText(pictureAtMs);
    return severalWindows
      ? `There is no picture of this window until ${from}.`
      : `This recording begins in the middle: there is no picture until ${from}.`;
  }
  if (!state.complete) return "Loading the picture\u2026";
  if (severalWindows && state.anyPicture) {
    return "There is no picture of this window: its first part was not recorded.";
  }
  return (
    "There is no picture in this recording: the page as it was at the start is missing. " +
    "Console, network and events are in the panels."
  );
}

/** Whether a picture taken at `pictureAtMs` may stand for the time `atMs`. */
export function isPictured(pictureAtMs: number, atMs: number): boolean {
  return atMs >= pictureAtMs - PROMPT_MS;
}
