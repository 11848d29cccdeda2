/** Requests of a recording as rows to show. Pure; networkPanel.ts draws them. */
import { type JsonObject, list, number, object, text } from "./json";
import { EventType, NETWORK_PLUGIN, type WindowEvent } from "./rrweb";

export interface Phase {
  name: string;
  fromMs: number;
  durationMs: number;
}

export interface Body {
  text: string;
  /** The recorder's own remark that it kept no body, instead of a body. */
  note: boolean;
}

export interface NetworkRow {
  /** Start of the request, milliseconds since the recording's start. */
  atMs: number;
  windowId: string;
  /** Null for a request seen only by the browser's performance observer. */
  method: string | null;
  status: number | null;
  failing: boolean;
  slow: boolean;
  url: string;
  host: string;
  /** Path and query. */
  path: string;
  /** What started it: fetch, xmlhttprequest, img, script... */
  initiator: string;
  durationMs: number | null;
  sizeBytes: number | null;
  fromCache: boolean;
  protocol: string;
  contentType: string;
  phases: Phase[];
  requestHeaders: [string, string][];
  responseHeaders: [string, string][];
  requestBody: Body | null;
  responseBody: Body | null;
}

/** Slower than this is marked: three seconds is when people start to wonder. */
export const SLOW_MS = 3000;

const NOT_REQUESTS = new Set(["paint", "first-input", "serverTiming"]);
const RECORDER_NOTE = /^\[Session(Replay|Recording)\]/;
// timeOrigin is rounded anew in each record, so twins differ by a millisecond or two.
const TWIN_MS = 50;

/** The requests among `events`, each once, in order of their start. */
export function networkRows(events: readonly WindowEvent[], startMs: number): NetworkRow[] {
  const rows: NetworkRow[] = [];
  const rowsByKey = new Map<string, number[]>();
  for (const { windowId, event } of events) {
    const data = object(event.data);
    if (event.type !== EventType.Plugin || data.plugin !== NETWORK_PLUGIN) continue;
    for (const entry of list(object(data.payload).requests)) {
      const request = object(entry);
      if (NOT_REQUESTS.has(text(request.entryType) ?? "")) continue;
      const row = rowOf(request, windowId, event.timestamp, startMs);
      const key = [
        windowId,
        row.url,
        Math.round(number(request.startTime) ?? row.atMs),
        row.initiator,
      ].join(" ");
      const known = rowsByKey.get(key) ?? [];
      const twin = known.find(
        (index) => Math.abs((rows[index]?.atMs ?? Infinity) - row.atMs) <= TWIN_MS,
      );
      if (twin === undefined) {
        rowsByKey.set(key, [...known, rows.push(row) - 1]);
      } else if (rows[twin]?.method === null && row.method !== null) {
        rows[twin] = row;
      }
    }
  }
  return rows.sort((left, right) => left.atMs - right.atMs);
}

/** The rows that contain `search` in URL, method, status or a body. */
export function filterNetwork(
  rows: readonly NetworkRow[],
  failedOnly: boolean,
  search: string,
): NetworkRow[] {
  const wanted = search.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (!failedOnly || row.failing) &&
      (!wanted || searchable(row).toLowerCase().includes(wanted)),
  );
}

function searchable(row: NetworkRow): string {
  return [
    row.method,
    row.status,
    row.url,
    row.initiator,
    row.requestBody?.text,
    row.responseBody?.text,
  ].join("\n");
}

function rowOf(
  request: JsonObject,
  windowId: string,
  seenMs: number,
  startMs: number,
): NetworkRow {
  const url = text(request.name) ?? "";
  const method = text(request.method);
  const status = number(request.responseStatus) || number(request.status) || null;
  const durationMs = durationOf(request);
  const transferred = number(request.transferSize);
  const decoded = number(request.decodedBodySize);
  const fromCache = transferred === 0 && (decoded ?? 0) > 0;
  return {
    atMs: (number(request.timestamp) ?? seenMs) - startMs,
    windowId,
    method,
    status,
    failing: isFailing(request, method, status),
    slow: durationMs !== null && durationMs >= SLOW_MS,
    url,
    ...partsOf(url),
    initiator: text(request.initiatorType) ?? "",
    durationMs,
    sizeBytes: transferred || decoded || (fromCache ? 0 : null),
    fromCache,
    protocol: text(request.nextHopProtocol) ?? "",
    contentType: text(request.contentType) ?? "",
    phases: phasesOf(request),
    requestHeaders: headersOf(request.requestHeaders),
    responseHeaders: headersOf(request.responseHeaders),
    requestBody: bodyOf(request.requestBody),
    responseBody: bodyOf(request.responseBody),
  };
}

/**
 * Status 400 or more, or a network failure: the recorder's fetch/XHR wrapper, which
 * gives a method, saw the call end without a status. The performance observer alone
 * reports 0 also for every cross-origin resource without CORS headers, loaded or not,
 * so its zeros prove nothing.
 */
function isFailing(request: JsonObject, method: string | null, status: number | null) {
  if (status !== null) return status >= 400;
  return method !== null && number(request.status) === null;
}

function durationOf(request: JsonObject): number | null {
  const duration = number(request.duration);
  if (duration !== null) return duration;
  const start = number(request.startTime);
  const end = number(request.endTime) || number(request.responseEnd);
  return start !== null && end ? Math.max(0, end - start) : null;
}

function partsOf(url: string): { host: string; path: string } {
  try {
    const { host, pathname, search, protocol } = new URL(url);
    return host ? { host, path: pathname + search } : { host: protocol, path: url };
  } catch {
    return { host: "", path: url || "(no URL)" };
  }
}

function phasesOf(request: JsonObject): Phase[] {
  const at = (field: string) => number(request[field]) || null;
  const start = number(request.startTime);
  const secure = at("secureConnectionStart");
  const spans: [string, number | null, number | null][] = [
    ["Redirect", at("redirectStart"), at("redirectEnd")],
    ["Waiting to start", start, at("domainLookupStart") ?? at("requestStart")],
    ["DNS", at("domainLookupStart"), at("domainLookupEnd")],
    ["Connect", at("connectStart"), secure ?? at("connectEnd")],
    ["TLS", secure, at("connectEnd")],
    ["Waiting for the server", at("requestStart"), at("responseStart")],
    ["Download", at("responseStart"), at("responseEnd")],
  ];
  return spans.flatMap(([name, from, to]) =>
    start !== null && from !== null && to !== null && to > from
      ? [{ name, fromMs: from - start, durationMs: to - from }]
      : [],
  );
}

function headersOf(value: unknown): [string, string][] {
  return Object.entries(object(value)).map(([name, shown]) => [name, String(shown)]);
}

function bodyOf(value: unknown): Body | null {
  const shown = text(value);
  if (!shown) return null;
  return { text: shown, note: RECORDER_NOTE.test(shown) };
}
