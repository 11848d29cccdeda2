import { expect, test } from "vitest";
import { HarWriter } from "./har";
import { type JsonObject, list, object } from "./json";
import { EventType, NETWORK_PLUGIN } from "./rrweb";

const START_MS = 1_795_431_700_000;

function entries(...requests: JsonObject[]): JsonObject[] {
  const writer = new HarWriter();
  const add = (windowId: string, atMs: number, type: number, data: JsonObject) =>
    writer.add({ type, timestamp: START_MS + atMs, data }, windowId);
  add("w", 0, EventType.Meta, { href: "https://a/" });
  add("v", 30, EventType.Meta, { href: "https://a/z#1" });
  add("w", 50, EventType.Meta, { href: "https://a/" });
  const rows = requests.map((request) => ({ timestamp: START_MS + 40, name: "https://a/", ...request }));
  add("v", 60, EventType.Plugin, { plugin: NETWORK_PLUGIN, payload: { requests: rows } });
  const { pages, entries } = object(writer.document("1").log);
  expect(list(pages)).toHaveLength(2);
  return list(entries).map(object);
}

test("a page begins when its own window asked for it, and holds what followed", () => {
  const [navigation, later] = entries(
    { name: "https://a/z", entryType: "navigation", timestamp: START_MS + 20, loadEventEnd: 99 },
    { name: "https://a/b" },
  );
  expect(navigation).toMatchObject({ pageref: "page_2", _resourceType: "other" });
  expect(later).toMatchObject({ pageref: "page_2" });
});

test("phases add up to the time, and what is hidden is said", () => {
  const times = { startTime: 5, duration: 40, requestStart: 10.5, responseStart: 20.25, responseEnd: 45 };
  const [whole, hidden] = entries(times, { name: "b", duration: 7 });
  expect(whole).toMatchObject({
    time: 40,
    timings: { blocked: 5.5, dns: -1, connect: -1, ssl: -1, send: 0, wait: 9.75, receive: 24.75 },
  });
  expect(hidden).toMatchObject({ time: 7, timings: { wait: 7, receive: 0 } });
  expect(object(hidden?.timings).comment).toContain("all under wait");
});

test("headers, cookies, bodies and notes in place of bodies come over", () => {
  const [entry] = entries({
    method: "PUT",
    requestHeaders: [["Cookie", "a=1; b = 2;c"], ["odd"]],
    requestBody: "\ud83dx",
    responseHeaders: { "Set-Cookie": "s=1; Path=/; HttpOnly\nt=2", Location: "/y" },
    responseBody: "[SessionReplay] too big",
  });
  expect(entry?.request).toMatchObject({
    cookies: [{ name: "a", value: "1" }, { name: "b", value: "2" }],
    bodySize: 2,
    postData: { text: "\ud83dx" },
  });
  expect(entry?.response).toMatchObject({
    cookies: [{ name: "s", value: "1", path: "/", httpOnly: true }, { name: "t", value: "2" }],
    redirectURL: "/y",
    content: { comment: "[SessionReplay] too big" },
    _error: "network failure",
  });
});

test("times that no date can say do not end the download", () => {
  const [entry] = entries({ timestamp: -5, duration: 1e300 });
  expect(entry?.startedDateTime).toBe("2026-11-23T11:01:40.060Z");
});
