/**
 * HAR 1.2 out of a recording's events, field by field what the exporter's own writer
 * makes of them. What a body or a cookie is, is harParts.ts'.
 */
import {
  bodyOf,
  headerIn,
  headersOf,
  httpVersion,
  initiatorOf,
  momentOf,
  requestCookies,
  resourceType,
  responseCookies,
  rounded,
  sizeOf,
  timingsOf,
} from "./harParts";
import { type JsonObject, list, object, text } from "./json";
import { EventType, NETWORK_PLUGIN } from "./rrweb";
import { lastAt } from "./timeline";

/** The end of the year 9999, the last that a date can say. */
const LAST_MS = 253_402_300_799_999;
const MOST_QUERY_FIELDS = 1000;
const REQUEST_KINDS = new Set<unknown>([undefined, null, "resource", "navigation"]);
const PHASES = ["blocked", "dns", "connect", "send", "wait", "receive"];

interface Request {
  windowId: string;
  raw: JsonObject;
  startedMs: number;
  method: string | null;
  url: string;
  status: number;
}

interface Page {
  windowId: string;
  startedMs: number;
  url: string;
  /** The browser's own row of how the page was loaded. */
  navigation: JsonObject;
}

export class HarWriter {
  private readonly requests = new Map<string, Request>();
  private readonly pages: Page[] = [];
  private readonly addresses = new Map<string, string>();

  /** Takes in one event, decoded as it is in the file. */
  add(event: JsonObject, windowId: string): void {
    const data = object(event.data);
    const seenMs = Math.trunc(Number(event.timestamp));
    const url = text(data.href);
    // Every timed full snapshot says the address again.
    if (
      event.type === EventType.Meta &&
      url !== null &&
      this.addresses.get(windowId) !== url
    ) {
      this.addresses.set(windowId, url);
      this.pages.push({ windowId, startedMs: seenMs, url, navigation: {} });
    }
    if (event.type !== EventType.Plugin || data.plugin !== NETWORK_PLUGIN) return;
    for (const entry of list(object(data.payload).requests)) {
      const raw = object(entry);
      if (raw !== entry || !REQUEST_KINDS.has(raw.entryType)) continue;
      const request = requestOf(raw, seenMs, windowId);
      // The two rows that one request can leave; the one with a method knows more.
      const identity = JSON.stringify([request.url, request.startedMs, raw.initiatorType ?? ""]);
      const known = this.requests.get(identity);
      if (!known || known.method === null) this.requests.set(identity, request);
    }
  }

  /** The HAR document; entries sorted by start, each on its window's page. */
  document(version: string): JsonObject {
    const requests = [...this.requests.values()].sort((a, b) => a.startedMs - b.startedMs);
    const pages = withNavigations(this.pages, requests);
    const numbered = new Map<string, { atMs: number; number: number }[]>();
    pages.forEach(({ windowId, startedMs }, index) => {
      const own = numbered.get(windowId) ?? [];
      numbered.set(windowId, own);
      own.push({ atMs: startedMs, number: index + 1 });
    });
    const pageOf = ({ windowId, startedMs }: Request) => {
      const own = numbered.get(windowId) ?? [];
      return own[Math.max(0, lastAt(own, startedMs))]?.number ?? null;
    };
    return {
      log: {
        version: "1.2",
        creator: { name: "replay-courier", version },
        pages: pages.map(({ startedMs, url, navigation }, index) => ({
          startedDateTime: time(startedMs),
          id: `page_${index + 1}`,
          title: url,
          pageTimings: {
            onContentLoad: rounded(momentOf(navigation, "domContentLoadedEventEnd") ?? -1),
            onLoad: rounded(momentOf(navigation, "loadEventEnd") ?? -1),
          },
        })),
        entries: requests.map((request) => entryOf(request, pageOf(request))),
      },
    };
  }
}

/**
 * Recorders start some time after the page they are in; its own row says when it was
 * asked for. Both come back in order of time.
 */
function withNavigations(pages: readonly Page[], requests: readonly Request[]): Page[] {
  const waiting = pages.map((page) => ({ ...page })).sort((a, b) => a.startedMs - b.startedMs);
  const made: Page[] = [];
  for (const { raw, url, windowId, startedMs } of requests) {
    if (raw.entryType !== "navigation") continue;
    const page = waiting.find(
      (one) =>
        one.windowId === windowId &&
        withoutHash(one.url) === withoutHash(url) &&
        one.startedMs >= startedMs &&
        !made.includes(one),
    );
    if (page) made.push(Object.assign(page, { startedMs, navigation: raw }));
  }
  return waiting.sort((a, b) => a.startedMs - b.startedMs);
}

function withoutHash(url: string): string {
  return url.split("#", 1)[0] ?? "";
}

function requestOf(raw: JsonObject, seenMs: number, windowId: string): Request {
  const started = bounded(raw.timestamp) ?? 0;
  const status = bounded(raw.responseStatus) || bounded(raw.status) || 0;
  return {
    windowId,
    raw,
    startedMs: Math.trunc(started > 0 ? started : seenMs),
    method: text(raw.method),
    url: raw.name === undefined ? "" : String(raw.name),
    status: Math.trunc(status),
  };
}

function entryOf(request: Request, page: number | null): JsonObject {
  const { raw, startedMs } = request;
  const timings = timingsOf(raw, durationOf(raw) ?? 0);
  const total = PHASES.reduce((sum, name) => sum + Math.max(0, Number(timings[name])), 0);
  return {
    startedDateTime: time(startedMs),
    time: rounded(total),
    request: sentOf(request),
    response: answerOf(request),
    cache: {},
    timings,
    _initiator: { type: initiatorOf(raw) },
    _resourceType: resourceType(raw),
    ...(page !== null && { pageref: `page_${page}` }),
  };
}

function sentOf({ raw, url, method }: Request): JsonObject {
  const headers = headersOf(raw.requestHeaders);
  const { body, note } = bodyOf(raw.requestBody);
  return {
    method: method ?? "GET",
    url,
    httpVersion: httpVersion(raw),
    cookies: requestCookies(headers),
    headers,
    queryString: queryOf(url),
    headersSize: -1,
    bodySize: note ? -1 : utf8Length(body),
    ...((body || note) && {
      postData: {
        mimeType: headerIn(headers, "content-type"),
        text: body,
        ...(note && { comment: note }),
      },
    }),
  };
}

function answerOf({ raw, status, method }: Request): JsonObject {
  const headers = headersOf(raw.responseHeaders);
  const { body, note } = bodyOf(raw.responseBody);
  const [packed, plain] = [sizeOf(raw, "encodedBodySize"), sizeOf(raw, "decodedBodySize")];
  return {
    status,
    statusText: "",
    httpVersion: httpVersion(raw),
    cookies: responseCookies(headers),
    headers,
    content: {
      size: plain,
      mimeType: String(raw.contentType || "") || headerIn(headers, "content-type"),
      ...(plain > packed && packed > 0 && { compression: plain - packed }),
      ...(body && { text: body }),
      ...(note && { comment: note }),
    },
    redirectURL: headerIn(headers, "location"),
    headersSize: -1,
    bodySize: packed,
    _transferSize: sizeOf(raw, "transferSize"),
    ...(method !== null && !status && { _error: "network failure" }),
  };
}

function durationOf(raw: JsonObject): number | null {
  const duration = bounded(raw.duration);
  if (duration !== null) return duration;
  const start = bounded(raw.startTime);
  const end = bounded(raw.endTime) ?? bounded(raw.responseEnd);
  return start !== null && end !== null ? end - start : null;
}

function queryOf(url: string): JsonObject[] {
  const [, query = ""] = /^[^?#]*\?([^#]*)/.exec(url) ?? [];
  if (query.split("&").length > MOST_QUERY_FIELDS) return [];
  return Array.from(new URLSearchParams(query), ([name, value]) => ({ name, value }));
}

function bounded(value: unknown): number | null {
  return typeof value === "number" && Math.abs(value) <= LAST_MS ? value : null;
}

function utf8Length(body: string): number {
  // Half an emoji has no bytes of its own and counts as one.
  return new TextEncoder().encode(body.replace(/\p{Surrogate}/gu, "?")).length;
}

function time(epochMs: number): string {
  return new Date(Math.min(LAST_MS, Math.max(0, epochMs || 0))).toISOString();
}
