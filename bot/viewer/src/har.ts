/**
 * HAR 1.2 out of a recording's events, field by field what the exporter's own writer
 * makes of them. Phases the browser hid are -1, as HAR asks.
 */
import { type JsonObject, list, object, text } from "./json";
import { EventType, NETWORK_PLUGIN } from "./rrweb";

/** The end of the year 9999, the last that a date can say. */
const LAST_MS = 253_402_300_799_999;
const MOST_QUERY_FIELDS = 1000;
const REQUEST_KINDS = new Set<unknown>([undefined, null, "resource", "navigation"]);

interface Request {
  raw: JsonObject;
  startedMs: number;
  method: string | null;
  url: string;
  status: number;
  durationMs: number | null;
}

interface Page {
  atMs: number;
  href: string;
}

export class HarWriter {
  private readonly requests = new Map<string, Request>();
  private readonly pages: Page[] = [];

  /** Takes in one event, decoded as it is in the file. */
  add(event: JsonObject): void {
    const data = object(event.data);
    const seenMs = Math.trunc(Number(event.timestamp));
    const href = text(data.href);
    if (event.type === EventType.Meta && href !== null) this.pages.push({ atMs: seenMs, href });
    if (event.type !== EventType.Plugin || data.plugin !== NETWORK_PLUGIN) return;
    for (const entry of list(object(data.payload).requests)) {
      const raw = object(entry);
      if (raw !== entry || !REQUEST_KINDS.has(raw.entryType)) continue;
      const request = requestOf(raw, seenMs);
      // The two rows that one request can leave; the one with a method knows more.
      const identity = JSON.stringify([request.url, request.startedMs, raw.initiatorType ?? ""]);
      const known = this.requests.get(identity);
      if (!known || known.method === null) this.requests.set(identity, request);
    }
  }

  /** The HAR document; entries sorted by start, each on the page it was made from. */
  document(version: string): JsonObject {
    const pages = [...this.pages].sort(
      (left, right) => left.atMs - right.atMs || (left.href < right.href ? -1 : 1),
    );
    const ordered = [...this.requests.values()].sort((a, b) => a.startedMs - b.startedMs);
    return {
      log: {
        version: "1.2",
        creator: { name: "replay-courier", version },
        pages: pages.map(({ atMs, href }, index) => ({
          startedDateTime: time(atMs),
          id: `page_${index + 1}`,
          title: href,
          pageTimings: { onContentLoad: -1, onLoad: -1 },
        })),
        entries: ordered.map((request) => entryOf(request, pages)),
      },
    };
  }
}

function requestOf(raw: JsonObject, seenMs: number): Request {
  const started = bounded(raw.timestamp) ?? 0;
  const status = bounded(raw.responseStatus) || bounded(raw.status) || 0;
  return {
    raw,
    startedMs: Math.trunc(started > 0 ? started : seenMs),
    method: text(raw.method),
    url: raw.name === undefined ? "" : String(raw.name),
    status: Math.trunc(status),
    durationMs: durationOf(raw),
  };
}

function entryOf(request: Request, pages: readonly Page[]): JsonObject {
  const { raw, url } = request;
  const timings = timingsOf(raw);
  const body = text(raw.requestBody);
  const page = pages.filter(({ atMs }) => atMs <= request.startedMs).length || 1;
  return {
    startedDateTime: time(request.startedMs),
    time:
      request.durationMs ?? Object.values(timings).reduce((sum, ms) => sum + Math.max(0, ms), 0),
    request: {
      method: request.method ?? "GET",
      url,
      httpVersion: String(raw.nextHopProtocol || ""),
      cookies: [],
      headers: headersOf(raw.requestHeaders),
      queryString: queryOf(url),
      headersSize: -1,
      bodySize: body === null ? -1 : utf8Length(body),
      ...(body && {
        postData: { mimeType: headerOf(raw.requestHeaders, "content-type"), text: body },
      }),
    },
    response: responseOf(request),
    cache: {},
    timings,
    ...(pages.length > 0 && { pageref: `page_${page}` }),
  };
}

function responseOf({ raw, status }: Request): JsonObject {
  const body = text(raw.responseBody);
  return {
    status,
    statusText: "",
    httpVersion: String(raw.nextHopProtocol || ""),
    cookies: [],
    headers: headersOf(raw.responseHeaders),
    content: {
      size: sizeOf(raw.decodedBodySize),
      mimeType: String(raw.contentType || "") || headerOf(raw.responseHeaders, "content-type"),
      ...(body && { text: body }),
    },
    redirectURL: "",
    headersSize: -1,
    bodySize: sizeOf(raw.encodedBodySize),
  };
}

function timingsOf(raw: JsonObject): Record<string, number> {
  // The browser writes 0 for a moment that it does not tell.
  const at = (field: string) => {
    const moment = raw[field];
    return typeof moment === "number" && moment > 0 ? moment : null;
  };
  const phase = (start: string, end: string) => {
    const [first, last] = [at(start), at(end)];
    return first === null || last === null || last < first ? -1 : last - first;
  };
  return {
    blocked: phase("startTime", "domainLookupStart"),
    dns: phase("domainLookupStart", "domainLookupEnd"),
    connect: phase("connectStart", "connectEnd"),
    ssl: phase("secureConnectionStart", "connectEnd"),
    // Required by HAR; the browser tells no end of sending.
    send: 0,
    wait: Math.max(0, phase("requestStart", "responseStart")),
    receive: Math.max(0, phase("responseStart", "responseEnd")),
  };
}

function durationOf(raw: JsonObject): number | null {
  const duration = bounded(raw.duration);
  if (duration !== null) return duration;
  const start = bounded(raw.startTime);
  const end = bounded(raw.endTime) ?? bounded(raw.responseEnd);
  return start !== null && end !== null ? end - start : null;
}

function headersOf(headers: unknown): JsonObject[] {
  return Object.entries(object(headers)).map(([name, value]) => ({ name, value: String(value) }));
}

function headerOf(headers: unknown, wanted: string): string {
  const found = Object.entries(object(headers)).find(([name]) => name.toLowerCase() === wanted);
  return found ? String(found[1]) : "";
}

function queryOf(url: string): JsonObject[] {
  const [, query = ""] = /^[^?#]*\?([^#]*)/.exec(url) ?? [];
  if (query.split("&").length > MOST_QUERY_FIELDS) return [];
  return Array.from(new URLSearchParams(query), ([name, value]) => ({ name, value }));
}

function bounded(value: unknown): number | null {
  return typeof value === "number" && Math.abs(value) <= LAST_MS ? value : null;
}

function sizeOf(value: unknown): number {
  return Number.isInteger(value) ? (value as number) : -1;
}

function utf8Length(body: string): number {
  // Half an emoji has no bytes of its own and counts as one.
  return new TextEncoder().encode(body.replace(/\p{Surrogate}/gu, "?")).length;
}

function time(epochMs: number): string {
  return new Date(Math.min(LAST_MS, Math.max(0, epochMs || 0))).toISOString();
}
