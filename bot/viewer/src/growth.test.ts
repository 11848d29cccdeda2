import { expect, test } from "vitest";
import { Growth } from "./growth";
import type { Manifest } from "./payload";
import { EventType } from "./rrweb";
import { checkoutManifest } from "./testing";

const breathe = async () => undefined;
const line = (at: number, type: number = EventType.Incremental, windowId = "w") =>
  JSON.stringify([windowId, { type, timestamp: at, data: { source: 3 } }]);

/** An export of these segments; the same lines have the same hash. */
function exported(...segments: string[][]): { manifest: Manifest; texts: string[] } {
  const texts = segments.map((lines) => lines.join("\n"));
  const entries = segments.map((lines, index) => ({
    bytes: 1,
    events: lines.length,
    firstMs: 0,
    lastMs: 0,
    expandedBytes: 1,
    pictures: new Map(),
    sha256: `sha of ${texts[index]}`,
  }));
  return { manifest: { ...checkoutManifest(), startMs: 0, segments: entries }, texts };
}

function read(...segments: string[][]): Growth {
  const { manifest, texts } = exported(...segments);
  const growth = new Growth(manifest);
  for (const text of texts) growth.note(text);
  return growth;
}

async function added(growth: Growth, ...segments: string[][]) {
  const { manifest, texts } = exported(...segments);
  const unknown = growth.unknown(manifest);
  const additions = await growth.taken(
    manifest,
    unknown.map((index) => texts[index] ?? ""),
    breathe,
  );
  return { unknown, additions };
}

test("a segment that grew adds its new lines alone, and a new one all of it", async () => {
  const growth = read([line(1), line(2)], [line(3)]);
  const { unknown, additions } = await added(
    growth,
    [line(1), line(2)],
    [line(3), line(4), line(5, EventType.FullSnapshot)],
    [line(6)],
  );
  expect(unknown).toEqual([1, 2]);
  expect(additions?.map(({ text }) => text.split("\n"))).toEqual([
    [line(4), line(5, EventType.FullSnapshot)],
    [line(6)],
  ]);
  expect(additions?.[0]?.entry).toMatchObject({ events: 2, firstMs: 4, lastMs: 5 });
  expect(additions?.[0]?.entry.pictures).toEqual(new Map([["w", 5]]));
});

test("what grows again adds only what came since, and the same adds nothing", async () => {
  const growth = read([line(1)]);
  await added(growth, [line(1), line(2)]);
  expect((await added(growth, [line(1), line(2)])).unknown).toEqual([]);
  const { additions } = await added(growth, [line(1), line(2), line(3)]);
  expect(additions?.map(({ text }) => text)).toEqual([line(3)]);
});

test("an event that came late is taken, wherever its segment was cut", async () => {
  const growth = read([line(1), line(5)], [line(7)]);
  const { additions } = await added(growth, [line(1), line(3)], [line(5), line(7)]);
  expect(additions?.map(({ text }) => text)).toEqual([line(3)]);
});

test("a recording that was written anew is none that grew", async () => {
  const old = [...Array(20).keys()].map((at) => line(at));
  const anew = [...Array(20).keys()].map((at) => line(at, EventType.Incremental, "v"));
  expect((await added(read(old), anew)).additions).toBeNull();
  const growth = read(old);
  const { manifest } = exported(old);
  expect(await growth.taken({ ...manifest, startMs: -5 }, [], breathe)).toBeNull();
});
