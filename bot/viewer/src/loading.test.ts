import { expect, test } from "vitest";
import type { Inflater } from "./inflate";
import { Loader } from "./loading";
import { type Manifest, UnreadableReplay } from "./payload";
import { Recording } from "./recording";
import { Reel } from "./reel";
import { EventType, Source } from "./rrweb";
import { checkoutManifest } from "./testing";

const SEGMENT_MS = 100;

/** Segment `index` of a window "w": a snapshot every second segment, and a scroll. */
function lines(index: number): string {
  const from = index * SEGMENT_MS;
  const node = { type: 0, id: 1, childNodes: [] };
  const snapshot = { type: EventType.FullSnapshot, timestamp: from, data: { node } };
  const data = { source: Source.Scroll, id: 1, x: 0, y: index };
  const scroll = { type: EventType.Incremental, timestamp: from + 50, data };
  const events = index % 2 === 0 ? [snapshot, scroll] : [scroll];
  return events.map((event) => JSON.stringify(["w", event])).join("\n");
}

function setUp(count: number, { keptBytes = Infinity, damaged = -1 } = {}) {
  const segments = [...Array(count).keys()].map((index) => ({
    bytes: 1,
    events: 2,
    firstMs: index * SEGMENT_MS,
    lastMs: index * SEGMENT_MS + 50,
    expandedBytes: 100,
    pictures: new Map(index % 2 === 0 ? [["w", index * SEGMENT_MS]] : []),
    sha256: "",
  }));
  const manifest: Manifest = { ...checkoutManifest(), startMs: 0, segments };
  const asked: number[] = [];
  const inflater: Inflater = {
    inflate: async ([index = 0]) => {
      asked.push(index);
      if (index === damaged) throw new Error("damaged");
      return lines(index);
    },
  };
  const recording = new Recording(manifest);
  const reel = new Reel(manifest, keptBytes);
  const failures: unknown[] = [];
  let progressed: () => void = () => undefined;
  const fail = (reason: unknown) => {
    failures.push(reason);
    progressed();
  };
  const loader = new Loader(
    manifest,
    async (index) => (index < count ? Uint8Array.of(index) : null),
    inflater,
    recording,
    reel,
    { progress: () => progressed(), fail },
  );
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      progressed = () => holds() && resolve();
      progressed();
    });
  return { loader, reel, recording, asked, failures, until };
}

test("what is wanted comes first, then all in order", async () => {
  const { loader, reel, asked, until } = setUp(8);
  loader.want("w", 550, 550);
  void loader.load();
  await until(() => loader.read === 8);
  expect(asked.slice(0, 2)).toEqual([4, 5]);
  expect([...new Set(asked)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(reel.missing("w", 550)).toEqual([]);
});

test("a recording without room is read whole, and what was let go of comes again", async () => {
  const { loader, reel, recording, until } = setUp(8, { keptBytes: 250 });
  void loader.load();
  await until(() => loader.read === 8);
  expect(reel.inHand()).toEqual([0, 1]);
  expect(recording.activity).toHaveLength(8);

  for (const atMs of [750, 150, 350, 750]) {
    loader.want("w", atMs, atMs);
    await until(() => reel.missing("w", atMs).length === 0);
    const events = reel.eventsOf("w", reel.needed("w", atMs));
    expect(events.map(({ type }) => type)).toEqual([4, 2, 3, 3]);
  }
});

test("the last one asked for counts", async () => {
  const { loader, asked, until } = setUp(40);
  loader.want("w", 3950, 3950);
  void loader.load();
  loader.want("w", 1050, 1050);
  await until(() => loader.read === 40);
  expect(asked.indexOf(10)).toBeLessThan(asked.indexOf(39));
});

test("a damaged part is said in words, and all the others can still be shown", async () => {
  const { loader, reel, failures, until } = setUp(8, { damaged: 3 });
  loader.want("w", 350, 350);
  void loader.load();
  await until(() => loader.isLost("w", 350));

  loader.want("w", 750, 750);
  await until(() => reel.missing("w", 750).length === 0);
  loader.want("w", 150, 150);
  await until(() => reel.missing("w", 150).length === 0);

  await until(() => failures.length > 0);

  expect(loader.read).toBe(3);
  expect(loader.verified).toBe(false);
  expect(failures).toEqual([expect.any(UnreadableReplay)]);
  expect(String(failures[0])).toContain("Part 4 of 8");
});
