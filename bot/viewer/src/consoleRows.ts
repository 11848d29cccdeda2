/** Console lines of a recording as rows to show. Pure; consolePanel.ts draws them. */
import { list, object, parse, text } from "./json";
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
  /** Callers, innermost first. */
  trace: string[];
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

/** The console lines among `events`, in time order. */
export function consoleRows(events: readonly WindowEvent[], startMs: number): ConsoleRow[] {
  return events
    .flatMap(({ windowId, event }) => {
      const data = object(event.data);
      if (event.type !== EventType.Plugin || data.plugin !== CONSOLE_PLUGIN) return [];
      const payload = object(data.payload);
      const method = text(payload.level) ?? "log";
      const args = formatted(argumentsOf(payload.payload));
      return [
        {
          atMs: event.timestamp - startMs,
          windowId,
          level: LEVEL_OF_METHOD[method] ?? "info",
          method,
          summary: clip(args.map(oneLine).join(" ")),
          args,
          trace: list(payload.trace).flatMap((line) => text(line) ?? []),
        },
      ];
    })
    .sort((left, right) => left.atMs - right.atMs);
}

/** The rows of the wanted levels that contain `search`, upper and lower case alike. */
export function filterConsole(
  rows: readonly ConsoleRow[],
  levels: ReadonlySet<ConsoleLevel>,
  search: string,
): ConsoleRow[] {
  const wanted = search.trim().toLowerCase();
  return rows.filter(
    (row) =>
      levels.has(row.level) &&
      (!wanted || searchable(row).toLowerCase().includes(wanted)),
  );
}

function searchable(row: ConsoleRow): string {
  return [row.summary, ...row.args.map(oneLine), ...row.trace].join("\n");
}

// posthog-js stringifies each argument on its own; iOS sends one plain string instead.
function argumentsOf(payload: unknown): unknown[] {
  const parts = typeof payload === "string" ? [payload] : list(payload);
  return parts.map((part) => {
    if (typeof part !== "string") return part;
    const value = parse(part);
    const readable = value === undefined ? part : value;
    return typeof readable === "string" ? withoutTail(readable) : readable;
  });
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
    return kind === "c" ? "" : oneLine(value);
  });
  return [line, ...rest];
}

function oneLine(value: unknown): string {
  const shown = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return shown.includes("\n") ? shown.split("\n").map((line) => line.trim()).join(" ") : shown;
}

function clip(line: string): string {
  return line.length > SUMMARY_CHARS ? `${line.slice(0, SUMMARY_CHARS)}...` : line;
}
