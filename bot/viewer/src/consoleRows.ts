/** Console lines of a recording as rows to show. Pure; consolePanel.ts draws them. */
import { type Wanted, holds } from "./finding";
import { json, list, object, parse, preview, text } from "./json";
import { CONSOLE_PLUGIN, EventType, type WindowEvent } from "./rrweb";

export type ConsoleLevel = "error" | "warn" | "info" | "debug";

export interface ConsoleRow {
  /** Milliseconds since the recording's start. */
  atMs: number;
  windowId: string;
  level: ConsoleLevel;
  /** The console method the page called, where it says more than the level. */
  method: string;
  /** All arguments on one line. */
  summary: string;
  args: unknown[];
  /** The arguments as the recorder wrote them. */
  written: string[];
  /** Callers, innermost first. */
  trace: string[];
  /** When it was written: more than once where repeats are joined. */
  times: number[];
}

const LEVEL_OF_METHOD: Record<string, ConsoleLevel> = {
  error: "error",
  assert: "error",
  E: "error",
  F: "error",
  warn: "warn",
  warning: "warn",
  W: "warn",
  debug: "debug",
  trace: "debug",
  D: "debug",
  V: "debug",
};

const ERROR_TAIL = "End of stack for Error object";
const SUMMARY_CHARS = 400;
/** Repeats further apart than this are news again. */
const REPEAT_MS = 10_000;
const FRAME_CHARS = 2000;
/** A line of an Error's stack, as Chrome and as Firefox and Safari write it. */
const FRAME = /^\s*at .+|^[^\s@]*@\S+:\d+:\d+$/;

const made = new WeakMap<object, ConsoleRow>();

/** The console lines among `events`, in time order. */
export function consoleRows(events: readonly WindowEvent[], startMs: number): ConsoleRow[] {
  return events
    .flatMap((item) => {
      // Asked for again with every segment that arrives, so each row is made once.
      const row = made.get(item.event) ?? rowOf(item, startMs);
      if (row) made.set(item.event, row);
      return row ?? [];
    })
    .sort((left, right) => left.atMs - right.atMs);
}

function rowOf({ windowId, event }: WindowEvent, startMs: number): ConsoleRow | null {
  const data = object(event.data);
  if (event.type !== EventType.Plugin || data.plugin !== CONSOLE_PLUGIN) return null;
  const payload = object(data.payload);
  const method = text(payload.level) ?? "log";
  const parts = partsOf(payload.payload);
  const args = formatted(parts.map(readable));
  const atMs = event.timestamp - startMs;
  return {
    atMs,
    windowId,
    level: LEVEL_OF_METHOD[method] ?? "info",
    method,
    summary: clip(args.map(oneLine).join(" ")),
    args,
    written: parts.map(written),
    trace: list(payload.trace).flatMap((line) => text(line) ?? []),
    times: [atMs],
  };
}

/** The rows of the chosen levels, of all where none is chosen, that hold what is wanted. */
export function filterConsole(
  rows: readonly ConsoleRow[],
  chosen: ReadonlySet<ConsoleLevel>,
  wanted: Wanted,
): ConsoleRow[] {
  return rows.filter(
    (row) =>
      (!chosen.size || chosen.has(row.level)) &&
      (!wanted ||
        [row.summary, ...row.written, ...row.trace].some((part) => holds(part, wanted))),
  );
}

/** The rows with a line that was soon written again joined into one. */
export function joinRepeats(rows: readonly ConsoleRow[]): ConsoleRow[] {
  const joined: ConsoleRow[] = [];
  for (const row of rows) {
    const before = joined.at(-1);
    if (before && isRepeat(before, row)) {
      joined[joined.length - 1] = { ...before, times: [...before.times, row.atMs] };
    } else {
      joined.push(row);
    }
  }
  return joined;
}

function isRepeat(before: ConsoleRow, row: ConsoleRow): boolean {
  return (
    row.atMs - (before.times.at(-1) ?? 0) <= REPEAT_MS &&
    row.method === before.method &&
    row.summary === before.summary &&
    row.windowId === before.windowId &&
    row.trace[0] === before.trace[0] &&
    row.written.length === before.written.length &&
    row.written.every((part, index) => part === before.written[index])
  );
}

/** What an error says, and the frames of its stack if the text brings one. */
export function splitStack(shown: string): { message: string; frames: string[] } {
  const lines = shown.split("\n");
  const first = lines.findIndex((line) => line.length < FRAME_CHARS && FRAME.test(line));
  if (first < 1) return { message: shown, frames: [] };
  return {
    message: lines.slice(0, first).join("\n"),
    frames: lines.slice(first).map((line) => line.trim()).filter(Boolean),
  };
}

/** The line as plain text, to paste somewhere else. */
export function lineText(row: ConsoleRow): string {
  return [row.args.map(written).join(" "), ...row.trace.map((line) => `    at ${line}`)].join("\n");
}

// posthog-js stringifies each argument on its own; iOS sends one plain string instead.
function partsOf(payload: unknown): unknown[] {
  return typeof payload === "string" ? [payload] : list(payload);
}

function readable(part: unknown): unknown {
  if (typeof part !== "string") return part;
  const value = parse(part);
  const shown = value === undefined ? part : value;
  return typeof shown === "string" ? withoutTail(shown) : shown;
}

function withoutTail(shown: string): string {
  const trimmed = shown.trimEnd();
  return trimmed.endsWith(ERROR_TAIL) ? trimmed.slice(0, -ERROR_TAIL.length).trimEnd() : shown;
}

/** Applies console's %s, %d, %o and %c placeholders as a browser's console would. */
function formatted(args: unknown[]): unknown[] {
  const [format, ...rest] = args;
  if (typeof format !== "string" || rest.length === 0 || !/%[sdifoOc]/.test(format)) {
    return args;
  }
  const line = format.replace(/%([sdifoOc%])/g, (whole, kind: string) => {
    if (kind === "%") return "%";
    if (rest.length === 0) return whole;
    const value = rest.shift();
    return kind === "c" ? "" : written(value);
  });
  return [line, ...rest];
}

function written(value: unknown): string {
  return typeof value === "string" ? value : json(value);
}

function oneLine(value: unknown): string {
  if (typeof value !== "string") return preview(value, SUMMARY_CHARS);
  // A megabyte is not read to show a line of it.
  const { message } = splitStack(value.slice(0, SUMMARY_CHARS * 10));
  return message.split("\n").map((line) => line.trim()).join(" ");
}

function clip(line: string): string {
  return line.length > SUMMARY_CHARS ? `${line.slice(0, SUMMARY_CHARS)}...` : line;
}
