/** Requests of a recording as rows to show. Pure; networkPanel.ts draws them. */
import { type Wanted, holds } from "./finding";
import { type JsonObject, list, number, object, text } from "./json";
import { EventType, NETWORK_PLUGIN, type WindowEvent } from "./rrweb";

/** What was asked for, as a browser's own tools sort requests. */
export type NetworkKind = "xhr" | "doc" | "css" | "js" | "img" | "font" | "other";

/** A request that something is wrong with. */
export type NetworkTrouble = "failed" | "slow";

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
  kind: NetworkKind;
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
  /** The body's size once unpacked. */
  decodedBytes: number | null;
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
      const row = rowOnce(request, windowId, event.timestamp, startMs);
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

/**
 * The rows of a chosen kind with a chosen trouble, of any where none is chosen, that
 * hold what is wanted in URL, method, status, headers or a body.
 */
export function filterNetwork(
  rows: readonly NetworkRow[],
  chosen: ReadonlySet<NetworkKind | NetworkTrouble>,
  wanted: Wanted,
): NetworkRow[] {
  const [failed, slow] = [chosen.has("failed"), chosen.has("slow")];
  const troubled = failed || slow;
  const kinds = chosen.size - Number(failed) - Number(slow);
  return rows.filter(
    (row) =>
      (!troubled || (failed && row.failing) || (slow && row.slow)) &&
      (!kinds || chosen.has(row.kind)) &&
      (!wanted || foundIn(row, wanted) !== null),
  );
}

/**
 * Where in the request the wanted text is, in words: empty for what the list shows
 * itself, null where it is nowhere.
 */
export function foundIn(row: NetworkRow, wanted: Wanted): string | null {
  if (holds(`${row.method} ${row.status} ${row.url} ${row.initiator}`, wanted)) return "";
  if (holds(row.responseBody?.text, wanted)) return "in the response body";
  if (holds(row.requestBody?.text, wanted)) return "in the request body";
  const headers = [...row.requestHeaders, ...row.responseHeaders];
  return headers.some((header) => holds(header.join(": "), wanted)) ? "in a header" : null;
}

const made = new WeakMap<JsonObject, NetworkRow>();

/** The request's row; rows are asked for again with every segment that arrives. */
function rowOnce(...of: Parameters<typeof rowOf>): NetworkRow {
  const row = made.get(of[0]) ?? rowOf(...of);
  made.set(of[0], row);
  return row;
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
    kind: kindOf(request, url),
    method,
    status,
    failing: isFailing(request, method, status),
    slow: durationMs !== null && durationMs >= SLOW_MS,
    url,
    ...partsOf(url),
    initiator: text(request.initiatorType) ?? "",
    durationMs,
    sizeBytes: transferred || decoded || (fromCache ? 0 : null),
    decodedBytes: decoded || null,
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

const KIND_OF_INITIATOR: Record<string, NetworkKind> = {
  fetch: "xhr",
  xmlhttprequest: "xhr",
  beacon: "xhr",
  navigation: "doc",
  iframe: "doc",
  frame: "doc",
  script: "js",
  img: "img",
  image: "img",
  icon: "img",
};

const KIND_OF_TYPE: [RegExp, NetworkKind][] = [
  [/^text\/css/, "css"],
  [/javascript|ecmascript/, "js"],
  [/^image\//, "img"],
  [/^font\/|font-woff|opentype|truetype/, "font"],
  [/^text\/html/, "doc"],
];

const KIND_OF_ENDING: [RegExp, NetworkKind][] = [
  [/\.css$/, "css"],
  [/\.m?js$/, "js"],
  [/\.(png|jpe?g|gif|webp|avif|svg|ico|bmp)$/, "img"],
  [/\.(woff2?|ttf|otf|eot)$/, "font"],
];

/** By what asked for it; a style sheet's `url()` and a link fetch things of many kinds. */
function kindOf(request: JsonObject, url: string): NetworkKind {
  if (request.entryType === "navigation") return "doc";
  const type = (text(request.contentType) ?? "").toLowerCase();
  const ending = (url.split(/[?#]/, 1)[0] ?? "").slice(-12).toLowerCase();
  return (
    KIND_OF_INITIATOR[text(request.initiatorType) ?? ""] ??
    KIND_OF_TYPE.find(([pattern]) => pattern.test(type))?.[1] ??
    KIND_OF_ENDING.find(([pattern]) => pattern.test(ending))?.[1] ??
    "other"
  );
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

/** The host that the URL names; empty where it names none. */
export function hostOf(url: string): string {
  return partsOf(url).host;
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
