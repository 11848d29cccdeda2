/**
 * The moments a reader steps through, pure: what somebody did and what went wrong. The
 * keys and buttons that step are in keyboard.ts and controls.ts.
 */
import type { EventKind, EventRow } from "./eventRows";
import type { Mark, MarkKind } from "./payload";

export interface Moment {
  atMs: number;
  /** What happened, in a few words. */
  text: string;
}

/** The app's own events, and the recorder's, are no steps: they come by the hundred. */
const STEP_KINDS = new Set<EventKind>(["page", "click", "input", "rage_click"]);
const ALARM_KINDS = new Set<MarkKind>(["console_error", "exception", "network_failure"]);

export const MARK_NAMES: Record<MarkKind, string> = {
  console_error: "Console error",
  exception: "Exception",
  network_failure: "Failed request",
  rage_click: "Rage click",
  page: "Page",
};

/**
 * Landing on a moment means one millisecond after it: the picture then shows what it
 * did, and the next step does not find it again.
 */
const AFTER_MS = 1;
const TEXT_CHARS = 90;

/** What went wrong, in time order: the manifest's marks and the panels' own times. */
export function alarmMoments(marks: readonly Mark[], others: readonly number[]): Moment[] {
  const marked = marks.filter(({ kind }) => ALARM_KINDS.has(kind)).map(ofMark);
  const known = new Set(marked.map(({ atMs }) => Math.round(atMs)));
  const unmarked = others
    .filter((atMs) => !known.has(Math.round(atMs)))
    .map((atMs) => ({ atMs, text: "Error" }));
  return [...marked, ...unmarked].sort(inOrder);
}

/** What somebody did (pages, clicks, typing) and what went wrong, in time order. */
export function userMoments(rows: readonly EventRow[], marks: readonly Mark[]): Moment[] {
  const done = rows
    .filter(({ kind }) => STEP_KINDS.has(kind))
    .map(({ atMs, title, detail }) => ({ atMs, text: clip(`${title} ${detail}`.trim()) }));
  return [...done, ...alarmMoments(marks, [])].sort(inOrder);
}

/** The first moment that has not happened yet at `hereMs`, or the last one before it. */
export function stepFrom(
  moments: readonly Moment[],
  hereMs: number,
  direction: 1 | -1,
): Moment | undefined {
  return direction > 0
    ? moments.find(({ atMs }) => atMs >= hereMs)
    : moments.findLast(({ atMs }) => atMs + AFTER_MS < hereMs);
}

/** Where to seek to, so that `moment` has just happened. */
export function landingOf(moment: Moment): number {
  return moment.atMs + AFTER_MS;
}

function ofMark({ atMs, kind, label }: Mark): Moment {
  return { atMs, text: clip(`${MARK_NAMES[kind]}: ${label}`) };
}

/** Long texts are read in the panels. */
export function clip(line: string): string {
  return line.length > TEXT_CHARS ? `${line.slice(0, TEXT_CHARS)}\u2026` : line;
}

function inOrder(left: Moment, right: Moment): number {
  return left.atMs - right.atMs;
}
