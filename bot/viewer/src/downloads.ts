/**
 * The recording in formats that other tools open, written from its own lines. Events
 * are copied letter for letter, so that no number or broken emoji changes on the way.
 */
import { HarWriter } from "./har";
import { type JsonObject, json, list, object, parse, text } from "./json";
import type { Manifest } from "./payload";
import type { RawEvent } from "./rawLines";
import { CONSOLE_PLUGIN, EventType } from "./rrweb";

type Events = AsyncIterable<RawEvent>;

export interface Format {
  /** Its name on the command line. */
  name: string;
  label: string;
  /** Which tools take it. */
  hint: string;
  /** How the file's name goes on after the recording's. */
  ending: string;
  type: string;
  write: (events: Events, manifest: Manifest) => Promise<BlobPart[]>;
}

export const FORMATS: readonly Format[] = [
  {
    name: "har",
    label: "HAR",
    hint: "Requests, for browser tools and proxies",
    ending: ".har",
    type: "application/json",
    write: har,
  },
  {
    name: "posthog-json",
    label: "PostHog JSON",
    hint: "The recording, for PostHog's file playback",
    ending: "-ph-recording.json",
    type: "application/json",
    write: posthogJson,
  },
  {
    name: "rrweb",
    label: "rrweb JSON",
    hint: "The recording, for any rrweb player",
    ending: ".rrweb.json",
    type: "application/json",
    write: rrwebJson,
  },
  {
    name: "console",
    label: "Console lines",
    hint: "The console, one JSON object a line",
    ending: ".console.jsonl",
    type: "application/x-ndjson",
    write: consoleLines,
  },
];

// What PostHog's importer accepts (file-playback/types.ts).
const POSTHOG_EXPORT_VERSION = "2023-04-28";
/** Android sends logcat's letters instead of console methods. */
const LOGCAT: Record<string, string> = { E: "error", W: "warn", I: "info", D: "debug", V: "debug" };

async function har(events: Events, manifest: Manifest): Promise<BlobPart[]> {
  const writer = new HarWriter();
  for await (const { windowId, json: source } of events) {
    // Reading every snapshot would take most of the time.
    if (!source.includes('"rrweb/network@1"') && !source.includes('"href"')) continue;
    writer.add(object(parse(source)), windowId);
  }
  const version = manifest.producer.split(" ")[1] ?? "";
  return [`${JSON.stringify(writer.document(version))}\n`];
}

/**
 * PostHog's own "Export to JSON". Its player neither sorts nor numbers windows when it
 * imports: events come sorted by time, windows numbered by first appearance.
 */
async function posthogJson(events: Events, manifest: Manifest): Promise<BlobPart[]> {
  const timed: { atMs: number; event: RawEvent }[] = [];
  for await (const event of events) {
    timed.push({ atMs: Number(object(parse(event.json)).timestamp), event });
  }
  timed.sort((left, right) => left.atMs - right.atMs);
  const numbers = new Map<string, number>();
  const parts: BlobPart[] = [
    `{"version":"${POSTHOG_EXPORT_VERSION}","data":{"id":${JSON.stringify(manifest.recordingId ?? "")},` +
      '"person":null,"snapshots":[',
  ];
  for (const { event } of timed) {
    const number = numbers.get(event.windowId) ?? numbers.size + 1;
    numbers.set(event.windowId, number);
    if (parts.length > 1) parts.push(",");
    parts.push(`{"windowId":${number}`, rest(event.json, ","));
  }
  return [...parts, "]}}\n"];
}

async function rrwebJson(events: Events): Promise<BlobPart[]> {
  const parts: BlobPart[] = ["["];
  for await (const { windowId, json: source } of events) {
    if (parts.length > 1) parts.push(",\n");
    const isEmpty = rest(source, ",") === "}";
    parts.push(source.slice(0, -1), `${isEmpty ? "" : ","}"windowId":${JSON.stringify(windowId)}}`);
  }
  return [...parts, "]\n"];
}

/** What stands behind an object's opening brace, with `separator` before its fields. */
function rest(source: string, separator: string): string {
  const fields = source.slice(1).trimStart();
  return fields === "}" ? fields : separator + fields;
}

async function consoleLines(events: Events): Promise<BlobPart[]> {
  const parts: BlobPart[] = [];
  for await (const { windowId, json: source } of events) {
    if (!source.includes(`"${CONSOLE_PLUGIN}"`)) continue;
    const entry = consoleEntry(object(parse(source)), windowId);
    if (entry) parts.push(`${JSON.stringify(entry)}\n`);
  }
  return parts;
}

function consoleEntry(event: JsonObject, windowId: string): JsonObject | null {
  const data = object(event.data);
  const payload = object(data.payload);
  if (event.type !== EventType.Plugin || data.plugin !== CONSOLE_PLUGIN) return null;
  if (payload !== data.payload) return null;
  const level = payload.level === undefined ? "log" : String(payload.level);
  const args = Array.isArray(payload.payload) ? payload.payload : [payload.payload];
  return {
    timestamp_ms: Math.trunc(Number(event.timestamp)),
    window_id: windowId,
    level: Object.hasOwn(LOGCAT, level) ? LOGCAT[level] : level,
    message: args.map(shown).join(" "),
    trace: list(payload.trace).map(String),
  };
}

/** One stringified argument as the console showed it: strings without quotes. */
function shown(argument: unknown): string {
  if (typeof argument !== "string") return json(argument ?? null);
  return argument.startsWith('"') ? (text(parse(argument)) ?? argument) : argument;
}
