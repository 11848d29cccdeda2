/**
 * The parts of a HAR entry: timings, headers, cookies, bodies, kinds. Phases come from
 * the browser's PerformanceResourceTiming, in which 0 is a moment that it does not tell.
 */
import { type JsonObject, json, object, text } from "./json";

export interface Header {
  name: string;
  value: string;
}

const HIDDEN = "The browser tells only how long this request took, which is all under wait.";
const NOTE = /^\[Session(Recording|Replay)\]/;
const VERSIONS: Record<string, string> = { h2: "HTTP/2", h3: "HTTP/3" };
const BY_CONTENT: [RegExp, string][] = [
  [/^text\/css$/, "stylesheet"],
  [/^(text|application)\/javascript$|^application\/x-javascript$/, "script"],
  [/^image(\/|$)/, "image"],
  [/^font(\/|$)/, "font"],
  [/^(video|audio)(\/|$)/, "media"],
];
const BY_INITIATOR = new Map([
  ["navigation", "document"],
  ["iframe", "document"],
  ["fetch", "fetch"],
  ["xmlhttprequest", "xhr"],
  ["beacon", "ping"],
  ["img", "image"],
  ["image", "image"],
  ["script", "script"],
  ["video", "media"],
  ["audio", "media"],
]);
const BY_SCRIPTS = new Set(["fetch", "xmlhttprequest", "beacon"]);

/** The phases in ms; their sum is the duration, ssl being part of connect. */
export function timingsOf(raw: JsonObject, durationMs: number): Record<string, number | string> {
  const duration = Math.max(0, durationMs);
  const sent = momentOf(raw, "requestStart");
  const first = momentOf(raw, "responseStart");
  const last = momentOf(raw, "responseEnd");
  if (sent === null || first === null || last === null || sent > first || first > last) {
    const none = { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0 };
    return { ...none, wait: rounded(duration), receive: 0, comment: HIDDEN };
  }
  const dns = phase(raw, "domainLookupStart", "domainLookupEnd");
  const connect = phase(raw, "connectStart", "connectEnd");
  // Recorders round the start; the duration is the browser's own.
  const waiting = sent - (last - duration) - Math.max(0, dns) - Math.max(0, connect);
  return {
    blocked: waiting > 0 ? rounded(waiting) : -1,
    dns,
    connect,
    ssl: connect > 0 ? phase(raw, "secureConnectionStart", "connectEnd") : -1,
    send: 0,
    wait: rounded(first - sent),
    receive: rounded(last - first),
  };
}

function phase(raw: JsonObject, start: string, end: string): number {
  const [first, last] = [momentOf(raw, start), momentOf(raw, end)];
  return first === null || last === null || last <= first ? -1 : rounded(last - first);
}

/** Ms from the time of origin, or null where the browser does not tell. */
export function momentOf(raw: JsonObject, name: string): number | null {
  const value = raw[name];
  return typeof value === "number" && value > 0 && value < 1e15 ? value : null;
}

export function rounded(ms: number): number {
  return Number(ms.toFixed(3));
}

/** Recorders write an object, older ones pairs. */
export function headersOf(headers: unknown): Header[] {
  const pairs = Array.isArray(headers)
    ? headers.filter((pair) => Array.isArray(pair) && pair.length === 2)
    : Object.entries(object(headers));
  return pairs.map(([name, value]) => ({ name: String(name), value: String(value) }));
}

export function headerIn(headers: readonly Header[], wanted: string): string {
  return headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? "";
}

export function requestCookies(headers: readonly Header[]): Header[] {
  return headerIn(headers, "cookie")
    .split(";")
    .flatMap((pair) => cookieIn(pair) ?? []);
}

/** Browsers let no page see these; other recorders and proxies may. */
export function responseCookies(headers: readonly Header[]): JsonObject[] {
  return headers
    .filter(({ name }) => name.toLowerCase() === "set-cookie")
    .flatMap(({ value }) => value.split("\n"))
    .flatMap((line) => {
      const [pair = "", ...attributes] = line.split(";");
      const cookie = cookieIn(pair);
      return cookie ? { ...cookie, ...Object.assign({}, ...attributes.map(attributeOf)) } : [];
    });
}

function cookieIn(pair: string): Header | null {
  const equals = pair.indexOf("=");
  if (equals < 0) return null;
  return { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() };
}

function attributeOf(attribute: string): JsonObject {
  const { name, value } = cookieIn(attribute) ?? { name: attribute.trim(), value: "" };
  const key = name.toLowerCase();
  if (key === "path" || key === "domain") return { [key]: value };
  if (key === "httponly" || key === "secure") return { [key === "secure" ? key : "httpOnly"]: true };
  const moment = key === "expires" ? new Date(value) : null;
  if (!moment || Number.isNaN(moment.getTime())) return {};
  return { expires: `${moment.toISOString().slice(0, 19)}+00:00` };
}

/** A body's text, and the recorder's note in place of one. */
export function bodyOf(body: unknown): { body: string; note: string } {
  if (typeof body === "string") return NOTE.test(body) ? { body: "", note: body } : { body, note: "" };
  // Old recorders wrote {} for none.
  const isEmpty = !body || (typeof body === "object" && Object.keys(body).length === 0);
  return { body: isEmpty ? "" : json(body), note: "" };
}

export function httpVersion(raw: JsonObject): string {
  const protocol = String(raw.nextHopProtocol || "");
  return VERSIONS[protocol] ?? protocol.toUpperCase();
}

export function sizeOf(raw: JsonObject, name: string): number {
  const value = raw[name];
  return Number.isInteger(value) && (value as number) >= 0 ? (value as number) : -1;
}

/** What was asked for, in Chrome's words. */
export function resourceType(raw: JsonObject): string {
  const initiator = text(raw.initiatorType) ?? "";
  const known = BY_INITIATOR.get(initiator);
  if (known && (initiator === "navigation" || BY_SCRIPTS.has(initiator))) return known;
  const content = String(raw.contentType || "").split(";", 1)[0]?.toLowerCase() ?? "";
  return BY_CONTENT.find(([pattern]) => pattern.test(content))?.[1] ?? known ?? "other";
}

/** Who asked for it, in Chrome's words. */
export function initiatorOf(raw: JsonObject): string {
  const initiator = text(raw.initiatorType) ?? "";
  if (BY_SCRIPTS.has(initiator)) return "script";
  return BY_INITIATOR.has(initiator) || ["css", "link"].includes(initiator) ? "parser" : "other";
}
