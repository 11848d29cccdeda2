import { afterEach, expect, test, vi } from "vitest";
import { Live, type LiveState } from "./live";
import type { Loader } from "./loading";
import type { Manifest } from "./payload";
import { checkoutManifest } from "./testing";

const text = (count: number) =>
  [...Array(count).keys()]
    .map((at) => JSON.stringify(["w", { type: 3, timestamp: at, data: { source: 3 } }]))
    .join("\n");
const MINUTE = 60_000;

/** The server's answers to `asked`, one after the other; the last one stays. */
function setUp(...answers: [status: number, body: object][]) {
  const asked: string[] = [];
  const added: string[] = [];
  const states: LiveState[] = [];
  const manifest: Manifest = { ...checkoutManifest(), startMs: 0, durationMs: 0 };
  manifest.segments = [{ ...entry("a", 2), pictures: new Map() }];
  const clock = { nowMs: 0, isSeen: true };
  const get = async (url: string) => {
    asked.push(url);
    if (url.startsWith("/parts/")) return new Response(Uint8Array.of(3));
    const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, {}];
    return new Response(JSON.stringify(body), { status });
  };
  const live = new Live(
    "/newer/a",
    manifest,
    { add: (lines: string) => added.push(lines) } as unknown as Loader,
    { inflate: async ([count = 0]) => text(count) },
    async () => undefined,
    { state: (state) => states.push(state), grown: () => undefined },
    get,
    () => clock.nowMs,
    () => clock.isSeen,
  );
  live.note(text(2));
  return { live, asked, added, states, manifest, clock };
}

function entry(sha256: string, events: number) {
  return { bytes: 1, events, firstMs: 0, lastMs: 0, expandedBytes: 1, sha256 };
}

/** A newer export, in the form that the server gives it. */
const MORE = {
  ongoing: true,
  newer: "/newer/b",
  segments: "/parts/",
  manifest: {
    format: "replay-courier/portable-replay",
    version: 1,
    start: "1970-01-01T00:00:00Z",
    duration_ms: 500,
    ongoing: true,
    segments: [{ bytes: 1, events: 3, first_ms: 0, last_ms: 2, expanded_bytes: 1 }],
  },
};

afterEach(() => vi.useRealTimers());

test("what is new is handed on, and asked for from there", async () => {
  const { live, asked, added, manifest } = setUp([200, MORE], [200, { ongoing: true }]);
  await live.ask();
  expect(added).toEqual([text(3).split("\n")[2]]);
  expect(manifest.durationMs).toBe(500);
  await live.ask();
  expect(asked).toEqual(["/newer/a", "/parts/0", "/newer/b"]);
});

test("nobody asks while nobody looks, and seldom while nothing is new", async () => {
  vi.useFakeTimers();
  const { live, asked, clock } = setUp([200, { ongoing: true }]);
  await live.ask();
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(asked).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(9 * MINUTE);
  const often = asked.length;
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(asked.length - often).toBeLessThanOrEqual(20);
  clock.isSeen = false;
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(asked).toHaveLength(before);
});

test.each<[LiveState, number, object]>([
  ["ended", 200, { ongoing: false }],
  ["closed", 410, {}],
  ["closed", 404, {}],
])("it stops when it is %s", async (state, status, body) => {
  vi.useFakeTimers();
  const { live, asked, states } = setUp([status, body]);
  await live.ask();
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(states).toEqual([state]);
  expect(asked).toHaveLength(1);
});

test("a server that cannot answer is asked again", async () => {
  vi.useFakeTimers();
  const { live, states } = setUp([503, {}], [200, { ongoing: true }]);
  await live.ask();
  expect(states).toEqual([]);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(states[0]).toBe("live");
});

test("a session without news is less and less sure to go on", async () => {
  vi.useFakeTimers();
  const { live, states, clock } = setUp([200, { ongoing: true }]);
  for (const minutes of [1, 11, 41, 42, 43, 44]) {
    clock.nowMs = minutes * MINUTE;
    await live.ask();
  }
  expect(states).toEqual(["live", "waiting", "waiting", "waiting", "waiting", "ended"]);
});

test("what was added since a page was shared comes however long ago that was", async () => {
  const { live, added, clock } = setUp([200, { ongoing: true }], [200, MORE]);
  clock.nowMs = 600 * MINUTE;
  await live.ask();
  await live.ask();
  expect(added).toHaveLength(1);
});
