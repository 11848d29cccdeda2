/**
 * The manifest of a portable replay, format 1: its shape, and the refusal of one that
 * this viewer cannot play. Bytes of the segments are segments.ts's business.
 */
import { type AssetIndex, readAssets } from "./assetIndex";
import { list, number, object, parse, text } from "./json";
import type { WindowTurn } from "./timeline";

const FORMAT = "replay-courier/portable-replay";
const NEWEST_VERSION = 1;
/** The exporter lists a thousand of anything at most, but for segments and assets. */
const MAX_LISTED = 50_000;

export type MarkKind =
  | "console_error"
  | "exception"
  | "network_failure"
  | "rage_click"
  | "page";

export interface Mark {
  atMs: number;
  kind: MarkKind;
  label: string;
}

export interface SegmentEntry {
  bytes: number;
  events: number;
  firstMs: number;
  lastMs: number;
  expandedBytes: number;
  /** Where a player can start: window id to the time of its first full snapshot. */
  pictures: Map<string, number>;
  sha256: string;
}

export interface Counts {
  events: number;
  clicks: number;
  rageClicks: number;
  inputEvents: number;
  console: Record<string, number>;
  exceptions: number;
  networkRequests: number;
  networkFailing: number;
  networkSlow: number;
  fullSnapshots: number;
  /** Lines and events the exporter could not read. */
  damaged: number;
}

/** Requests to one place that failed alike; a status of null is a network failure. */
export interface FailingRequest {
  method: string;
  url: string;
  status: number | null;
  count: number;
  atMs: number;
}

/** How much of one kind the file does not hold. */
export interface Left {
  kind: string;
  count: number;
}

/** Times in ms since the start of the whole recording. */
export interface Cut {
  fromMs: number;
  toMs: number;
  ofDurationMs: number;
}

export interface Manifest {
  producer: string;
  recordingId: string | null;
  source: string;
  recordingUrl: string | null;
  person: string | null;
  startMs: number;
  durationMs: number;
  activeMs: number;
  windows: string[];
  /** Which window was in use from when on, in order of time. */
  turns: WindowTurn[];
  platform: string;
  viewport: { width: number; height: number } | null;
  browser: string | null;
  os: string | null;
  pages: { url: string; atMs: number }[];
  counts: Counts;
  errors: { message: string; count: number; atMs: number; uncaught: boolean }[];
  failingRequests: FailingRequest[];
  marks: Mark[];
  startAtMs: number;
  /** Which part of the recording this is; null where it is all of it. */
  cut: Cut | null;
  /** Whom the file was made for, where it says. */
  audience: string | null;
  redactions: Left[];
  /** What was left out altogether. */
  removed: Left[];
  segments: SegmentEntry[];
  sha256: string;
  assets: AssetIndex | null;
  /** Whether the session was still going on. */
  ongoing: boolean;
}

/** A file that cannot be played; the message is a sentence for the person reading. */
export class UnreadableReplay extends Error {}

const MARK_KINDS = new Set<string>([
  "console_error",
  "exception",
  "network_failure",
  "rage_click",
  "page",
]);

/** The manifest in `source`, or UnreadableReplay saying what is wrong with it. */
export function readManifest(source: string): Manifest {
  const parsed = parse(source);
  if (parsed === undefined) {
    throw new UnreadableReplay(
      "This file is damaged: its manifest cannot be read. Ask for it to be exported again.",
    );
  }
  const raw = object(parsed);
  if (raw.format !== FORMAT) {
    throw new UnreadableReplay("This page does not hold a Replay Courier recording.");
  }
  const version = number(raw.version) ?? 0;
  if (version > NEWEST_VERSION) {
    throw new UnreadableReplay(
      `This replay is in format ${version}, newer than this viewer, which reads up to ` +
        `${NEWEST_VERSION}. Open it with a newer Replay Courier.`,
    );
  }
  const lists = [...Object.values(raw), ...Object.values(object(raw.assets))].map(list);
  if (lists.some(({ length }) => length > MAX_LISTED)) {
    throw new UnreadableReplay(
      "This file is damaged: its manifest lists more than any recording holds. " +
        "Ask for it to be exported again.",
    );
  }
  const segments = list(raw.segments).map(readSegment);
  const startMs = Date.parse(text(raw.start) ?? "");
  const firstMs = segments[0]?.firstMs ?? 0;
  return {
    producer: text(raw.producer) ?? "",
    recordingId: text(raw.recording_id),
    source: text(raw.source) ?? "file",
    recordingUrl: text(raw.recording_url),
    person: text(raw.person),
    startMs: Number.isNaN(startMs) ? firstMs : startMs,
    durationMs: Math.max(0, number(raw.duration_ms) ?? 0),
    activeMs: number(raw.active_ms) ?? 0,
    windows: list(raw.windows).map((entry) => text(object(entry).window_id) ?? ""),
    turns: readTurns(raw.turns, segments),
    platform: text(raw.platform) ?? "web",
    viewport: readViewport(raw.viewport),
    browser: text(raw.browser),
    os: text(raw.os),
    pages: list(raw.pages).map((entry) => ({
      url: text(object(entry).url) ?? "",
      atMs: number(object(entry).at_ms) ?? 0,
    })),
    counts: readCounts(raw.counts),
    errors: list(raw.errors).map((entry) => {
      const error = object(entry);
      return {
        message: text(error.message) ?? "",
        count: number(error.count) ?? 1,
        atMs: number(error.at_ms) ?? 0,
        uncaught: error.uncaught === true,
      };
    }),
    failingRequests: list(raw.failing_requests).map((entry) => {
      const line = object(entry);
      return {
        method: text(line.method) ?? "",
        url: text(line.url) ?? "",
        status: number(line.status),
        count: number(line.count) ?? 1,
        atMs: number(line.at_ms) ?? 0,
      };
    }),
    marks: list(raw.marks).flatMap(readMark),
    startAtMs: Math.max(0, number(raw.start_at_ms) ?? 0),
    cut: readCut(raw.cut),
    audience: text(raw.audience),
    redactions: list(raw.redactions).flatMap(readLeft),
    removed: list(raw.removed).flatMap(readLeft),
    segments,
    sha256: text(raw.sha256) ?? "",
    assets: readAssets(raw.assets),
    ongoing: raw.ongoing === true,
  };
}

function readLeft(entry: unknown): Left[] {
  const kind = text(entry) ?? text(object(entry).kind);
  return kind ? [{ kind, count: number(object(entry).count) ?? 0 }] : [];
}

function readSegment(entry: unknown): SegmentEntry {
  const segment = object(entry);
  return {
    bytes: number(segment.bytes) ?? 0,
    events: number(segment.events) ?? 0,
    firstMs: number(segment.first_ms) ?? 0,
    lastMs: number(segment.last_ms) ?? 0,
    expandedBytes: Math.max(0, number(segment.expanded_bytes) ?? 0),
    pictures: new Map(
      Object.entries(object(segment.pictures)).map(([windowId, at]) => [windowId, number(at) ?? 0]),
    ),
    sha256: text(segment.sha256) ?? "",
  };
}

/** The turns, or one turn of the first window with a picture if nobody did anything. */
function readTurns(value: unknown, segments: readonly SegmentEntry[]): WindowTurn[] {
  const turns = list(value).map((entry) => ({
    fromMs: number(object(entry).at_ms) ?? 0,
    windowId: text(object(entry).window_id) ?? "",
  }));
  if (turns.length > 0) return turns;
  const [windowId] = segments.flatMap(({ pictures }) => [...pictures.keys()]);
  return windowId === undefined ? [] : [{ fromMs: 0, windowId }];
}

function readViewport(value: unknown): Manifest["viewport"] {
  const width = number(object(value).width);
  const height = number(object(value).height);
  return width && height ? { width, height } : null;
}

function readCut(value: unknown): Cut | null {
  const fromMs = number(object(value).from_ms);
  const toMs = number(object(value).to_ms);
  const ofDurationMs = number(object(value).of_duration_ms);
  return fromMs === null || toMs === null || ofDurationMs === null
    ? null
    : { fromMs, toMs, ofDurationMs };
}

function readCounts(value: unknown): Counts {
  const counts = object(value);
  const levels = Object.entries(object(counts.console));
  return {
    events: number(counts.events) ?? 0,
    clicks: number(counts.clicks) ?? 0,
    rageClicks: number(counts.rage_clicks) ?? 0,
    inputEvents: number(counts.input_events) ?? 0,
    console: Object.fromEntries(
      levels.map(([level, count]) => [level, number(count) ?? 0]),
    ),
    exceptions: number(counts.exceptions) ?? 0,
    networkRequests: number(counts.network_requests) ?? 0,
    networkFailing: number(counts.network_failing) ?? 0,
    networkSlow: number(counts.network_slow) ?? 0,
    fullSnapshots: number(counts.full_snapshots) ?? 0,
    damaged: number(counts.damaged) ?? 0,
  };
}

function readMark(entry: unknown): Mark[] {
  const mark = object(entry);
  const kind = text(mark.kind) ?? "";
  // A kind added by a later producer of the same format is left out, not an error.
  if (!MARK_KINDS.has(kind)) return [];
  return [
    {
      kind: kind as MarkKind,
      atMs: Math.max(0, number(mark.at_ms) ?? 0),
      label: text(mark.label) ?? "",
    },
  ];
}
