import { describe, expect, test } from "vitest";
import {
  clockText,
  durationText,
  hashForTime,
  histogram,
  idleSpans,
  lastAt,
  skipIdle,
  timeInHash,
  windowAt,
} from "./timeline";

const at = (...times: number[]) => times.map((atMs) => ({ atMs, windowId: "a" }));

describe("idle time", () => {
  test("is what lies five seconds or more away from anything, less a second at each end", () => {
    expect(idleSpans(at(1000, 20_000, 21_000), 22_000)).toEqual([
      { fromMs: 2000, toMs: 19_000 },
    ]);
  });

  test("at the end of a recording can be skipped too", () => {
    expect(idleSpans(at(0), 60_000)).toEqual([{ fromMs: 1000, toMs: 59_000 }]);
  });

  test("is jumped over once the clock is in it", () => {
    const spans = [{ fromMs: 2000, toMs: 19_000 }];
    expect(skipIdle(spans, 1999)).toBe(1999);
    expect(skipIdle(spans, 2000)).toBe(19_000);
    expect(skipIdle(spans, 19_000)).toBe(19_000);
  });
});

describe("several windows", () => {
  const turns = [
    { fromMs: 0, windowId: "a" },
    { fromMs: 1000, windowId: "b" },
    { fromMs: 5000, windowId: "a" },
  ];

  test("take turns", () => {
    expect([0, 999, 1000, 4999, 5000].map((ms) => windowAt(turns, ms))).toEqual([
      "a",
      "a",
      "b",
      "b",
      "a",
    ]);
  });

  test("show the first before anything happened, and none in an empty recording", () => {
    expect(windowAt(turns, -5)).toBe("a");
    expect(windowAt([], 0)).toBeNull();
  });
});

test("the busiest part of the histogram is 1 and a quiet one 0", () => {
  const bars = histogram(at(0, 10, 20, 990), 1000, 10);
  expect(bars[0]).toBe(1);
  expect(bars[5]).toBe(0);
  expect(bars[9]).toBeGreaterThan(0);
});

test("the last row at or before a time is found, also past either end", () => {
  const rows = at(10, 20, 20, 30);
  expect([5, 10, 20, 29, 99].map((ms) => lastAt(rows, ms))).toEqual([-1, 0, 2, 2, 3]);
});

test.each([
  [0, "0:00"],
  [7999, "0:07"],
  [754_000, "12:34"],
  [3_753_000, "1:02:33"],
  [-40, "0:00"],
])("%i ms reads %s", (ms, expected) => {
  expect(clockText(ms)).toBe(expected);
});

test("lengths read as people say them", () => {
  expect([38_924, 60_000, 250_000, 3_720_000].map(durationText)).toEqual([
    "39 s",
    "1 min",
    "4 min 10 s",
    "1 h 2 min",
  ]);
});

test("a link's time comes back from its hash", () => {
  expect(timeInHash(hashForTime(12_345))).toBe(12_300);
  expect(timeInHash("#t=7")).toBe(7000);
  expect(timeInHash("#other")).toBeNull();
  expect(timeInHash("#t=abc")).toBeNull();
});
