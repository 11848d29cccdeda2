/**
 * Time in a recording, pure: when someone was active and in which window, what can be
 * skipped, how time is written. All times are milliseconds since the recording's start.
 */
import { type RrwebEvent, Source, sourceOf } from "./rrweb";

export interface Span {
  fromMs: number;
  toMs: number;
}

/** A moment in which somebody did something in a window. */
export interface Activity {
  atMs: number;
  windowId: string;
}

/** From `fromMs` on, the window somebody was using. */
export interface WindowTurn {
  fromMs: number;
  windowId: string;
}

/** PostHog's player calls five seconds without interaction inactive. */
const IDLE_AFTER_MS = 5000;
/** A little of the idle time stays on either side, so that a skip is understandable. */
const IDLE_LEAD_MS = 1000;

const ACTIVE_SOURCES = new Set<number>([
  Source.MouseMove,
  Source.MouseInteraction,
  Source.Scroll,
  Source.ViewportResize,
  Source.Input,
  Source.TouchMove,
  Source.MediaInteraction,
  Source.Drag,
]);

/** Whether the event shows a person at work rather than the page by itself. */
export function isActive(event: RrwebEvent): boolean {
  return ACTIVE_SOURCES.has(sourceOf(event) ?? -1);
}

/** The stretches in which nobody did anything, long enough to be worth skipping. */
export function idleSpans(activity: readonly { atMs: number }[], durationMs: number): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const { atMs } of [...activity, { atMs: durationMs }]) {
    if (atMs - last > IDLE_AFTER_MS) {
      spans.push({ fromMs: last + IDLE_LEAD_MS, toMs: atMs - IDLE_LEAD_MS });
    }
    last = Math.max(last, atMs);
  }
  return spans;
}

/** Where to go on from `atMs` when idle time is skipped; `atMs` itself if nothing is. */
export function skipIdle(spans: readonly Span[], atMs: number): number {
  const span = spans.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  return span ? span.toMs : atMs;
}

/** The window in use at `atMs`: the last one to take over, else the first of all. */
export function windowAt(turns: readonly WindowTurn[], atMs: number): string | null {
  const turn = turns.findLast(({ fromMs }) => fromMs <= atMs) ?? turns[0];
  return turn?.windowId ?? null;
}

/** How busy each of `buckets` equal parts of the recording was, 0 to 1. */
export function histogram(
  activity: readonly Activity[],
  durationMs: number,
  buckets: number,
): number[] {
  const counts = new Array<number>(buckets).fill(0);
  for (const { atMs } of activity) {
    const bucket = Math.floor((atMs / Math.max(1, durationMs)) * buckets);
    const index = Math.min(buckets - 1, Math.max(0, bucket));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  // Logarithmic, so that one burst of mouse moves does not flatten everything else.
  const top = Math.log1p(Math.max(1, ...counts));
  return counts.map((count) => Math.log1p(count) / top);
}

/** Index of the last item at or before `atMs`, or -1; items are in time order. */
export function lastAt(items: readonly { atMs: number }[], atMs: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.atMs ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Time as on a player: 0:07, 12:04, 1:02:33. */
export function clockText(atMs: number): string {
  const seconds = Math.max(0, Math.floor(atMs / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** Which part of a recording a cut is: 0:53–1:53 of 12:04. */
export function cutText(cut: { fromMs: number; toMs: number; ofDurationMs: number }): string {
  const span = `${clockText(cut.fromMs)}\u2013${clockText(cut.toMs)}`;
  return `${span} of ${clockText(cut.ofDurationMs)}`;
}

/** A length of time as people say it: 38 s, 4 min 10 s, 1 h 2 min. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time a URL's `#t=SECONDS` asks for, or null. */
export function timeInHash(hash: string): number | null {
  const match = /(?:^#|&)t=(\d+(?:\.\d+)?)(?:&|$)/.exec(hash);
  return match?.[1] ? Math.round(Number(match[1]) * 1000) : null;
}

/** The hash that opens a replay at `atMs`. */
export function hashForTime(atMs: number): string {
  return `#t=${(Math.floor(Math.max(0, atMs) / 100) / 10).toString()}`;
}
