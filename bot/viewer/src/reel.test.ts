import { describe, expect, test } from "vitest";
import type { Manifest, SegmentEntry } from "./payload";
import { Reel } from "./reel";
import type { RrwebEvent } from "./rrweb";
import { checkoutManifest } from "./testing";

const segment = (firstMs: number, lastMs: number, pictures: [string, number][]): SegmentEntry => ({
  bytes: 1,
  events: 1,
  firstMs,
  lastMs,
  expandedBytes: 100,
  pictures: new Map(pictures),
  sha256: "",
});

/** Two windows; "b" was opened later and has one picture. */
const manifest: Manifest = {
  ...checkoutManifest(),
  segments: [
    segment(0, 100, [["a", 0]]),
    segment(90, 200, [["b", 150]]),
    segment(200, 300, [["a", 210]]),
    segment(295, 400, []),
  ],
};
const event = (timestamp: number): RrwebEvent => ({ type: 3, timestamp, data: {} });

describe("what a moment needs", () => {
  test("goes from the window's last full snapshot to the moment, late events included", () => {
    const reel = new Reel(manifest);
    expect(reel.needed("a", 50)).toEqual([0]);
    expect(reel.needed("a", 95)).toEqual([0, 1]);
    expect(reel.needed("a", 299)).toEqual([2, 3]);
    expect(reel.needed("b", 350)).toEqual([1, 2, 3]);
    expect(reel.needed("a", 50, 350)).toEqual([0, 1, 2, 3]);
  });

  test("before a window's first picture is that picture", () => {
    expect(new Reel(manifest).needed("b", 10)).toEqual([1]);
  });

  test("of a window that has none is nothing", () => {
    const reel = new Reel(manifest);
    expect(reel.hasPicture("c")).toBe(false);
    expect(reel.needed("c", 50)).toEqual([]);
  });
});

test("events come in order of time, whatever segment they are in", () => {
  const reel = new Reel(manifest);
  reel.keepAll(0, new Map([["a", [event(10), event(99)]]]));
  reel.keepAll(1, new Map([["a", [event(95), event(110)]]]));
  expect(reel.eventsOf("a", [0, 1]).map(({ timestamp }) => timestamp)).toEqual([10, 95, 99, 110]);
});

test("a window read from a later picture on does not serve an earlier one", () => {
  const reel = new Reel(manifest);
  reel.keep(2, "a", [event(210)], 210);
  expect(reel.missing("a", 250)).toEqual([]);
  expect(reel.missing("b", 250)).toEqual([1, 2]);
  expect(reel.missing("a", 205)).toEqual([0, 1, 2]);
});

describe("a recording larger than there is room for", () => {
  test("keeps what is needed and lets go of what was needed longest ago", () => {
    const reel = new Reel(manifest, 250);
    expect(reel.fits).toBe(false);
    reel.keepAll(0, new Map());
    reel.keepAll(1, new Map());
    reel.keepAll(2, new Map());
    expect(reel.inHand()).toEqual([0, 1]);

    reel.keep(3, "a", [], 210);
    reel.makeRoom([3]);

    expect(reel.inHand()).toEqual([1]);
    expect(reel.has(3, "a", 210)).toBe(true);
  });

  test("never lets go of what is needed now", () => {
    const reel = new Reel(manifest, 50);
    reel.keep(2, "a", [], 210);
    reel.keep(3, "a", [], 210);
    reel.makeRoom([2, 3]);
    expect(reel.missing("a", 350)).toEqual([]);
  });
});
