import { describe, expect, test } from "vitest";
import { Recording } from "./recording";
import { Reel } from "./reel";
import { EventType, Source } from "./rrweb";
import { checkoutManifest, checkoutRecording, sampleText } from "./testing";

const breathe = async () => undefined;
const lines = (...events: unknown[]) => events.map((event) => JSON.stringify(event)).join("\n");
const snapshot = (timestamp: number) => ({
  type: EventType.FullSnapshot,
  timestamp,
  data: { node: { type: 0, id: 1, childNodes: [] }, initialOffset: { top: 0, left: 0 } },
});
const move = (timestamp: number) => ({
  type: EventType.Incremental,
  timestamp,
  data: { source: Source.Scroll, id: 1, x: 0, y: 1 },
});

async function loaded(...events: unknown[]): Promise<Recording> {
  const recording = new Recording(checkoutManifest());
  await recording.add(lines(...events), breathe);
  return recording;
}

/** What the replayer gets of a window, of segments with these events. */
async function replayed(windowId: string, ...segments: unknown[][]) {
  const manifest = checkoutManifest();
  const recording = new Recording(manifest);
  const reel = new Reel(manifest);
  for (const [index, events] of segments.entries()) {
    reel.keepAll(index, await recording.add(lines(...events), breathe));
  }
  return reel.eventsOf(windowId, [...segments.keys()]);
}

test("what was clicked is named as it read then", async () => {
  const words = (id: number, textContent: string) => ({ type: 3, id, textContent });
  const link = { type: 2, id: 2, tagName: "a", attributes: {}, childNodes: [words(3, "Sign in")] };
  const page = { type: 0, id: 1, childNodes: [link] };
  const full = { type: EventType.FullSnapshot, timestamp: 10, data: { node: page } };
  const click = (timestamp: number) => ({
    type: EventType.Incremental,
    timestamp,
    data: { source: Source.MouseInteraction, type: 2, id: 2 },
  });
  const change = (timestamp: number, data: object) => ({
    type: EventType.Incremental,
    timestamp,
    data: { source: Source.Mutation, adds: [], removes: [], texts: [], attributes: [], ...data },
  });
  const other = change(20, {
    removes: [{ parentId: 2, id: 3 }],
    adds: [{ parentId: 2, nextId: null, node: words(4, "Jane") }],
  });
  const renamed = change(40, { texts: [{ id: 4, value: "Jane Doe" }] });
  const events = [full, click(11), other, click(30), renamed, click(50)];
  const recording = await loaded(...events.map((event) => ["w", event]));
  const clicks = recording.eventRows().filter(({ kind }) => kind === "click");
  expect(clicks.map(({ detail }) => detail)).toEqual([
    'a "Sign in"',
    'a "Jane"',
    'a "Jane Doe"',
  ]);
});

describe("the checkout recording", () => {
  test("names what was clicked and joins typing into one row a field", async () => {
    const rows = (await checkoutRecording()).eventRows();
    const shown = rows.map((row) => `${row.title}: ${row.detail}`);
    expect(shown).toContain('Clicked: button "Pay $129.00"');
    expect(shown).toContain('Typed: SAVE10 \u2192 input "coupon"');
    expect(rows.filter((row) => row.kind === "click")).toHaveLength(22);
    expect(rows.filter((row) => row.kind === "page").map((row) => row.detail)).toContain(
      "http://shop.acme.test/checkout/payment",
    );
  });

  test("holds nothing that the replayer would load", async () => {
    const manifest = checkoutManifest();
    const pictures = await new Recording(manifest).add(sampleText("checkout"), breathe);
    expect(JSON.stringify([...pictures.values()])).not.toMatch(/url\((?!data:|#)|"(src|srcset|action)":"http/);
  });
});

test("every full snapshot gets a size of its own right before it", async () => {
  const events = await replayed("w", [["w", snapshot(10)], ["w", move(11)], ["w", snapshot(12)]]);
  expect(events.map(({ type }) => type)).toEqual([4, 2, 3, 4, 2]);
});

test("a size without a snapshot becomes a resize, so that seeking has a place to start", async () => {
  const meta = { type: EventType.Meta, timestamp: 11, data: { href: "", width: 640, height: 480 } };
  const events = await replayed("w", [["w", snapshot(10)], ["w", meta], ["w", move(12)]]);
  expect(events.map(({ type }) => type)).toEqual([4, 2, 3, 3]);
  expect(events[2]?.data).toEqual({
    source: Source.ViewportResize,
    width: 640,
    height: 480,
  });
});

test("late events are put in their place, within a segment and across", async () => {
  const events = await replayed(
    "w",
    [["w", snapshot(10)], ["w", move(30)], ["w", move(20)]],
    [["w", move(15)], ["w", move(40)]],
  );
  expect(events.map(({ timestamp }) => timestamp)).toEqual([
    10, 10, 15, 20, 30, 40,
  ]);
});

test("windows are kept apart, the nameless one too", async () => {
  const events = [["", snapshot(10)], ["b", snapshot(11)], ["", move(12)]];
  expect((await loaded(...events)).windowIds).toEqual(["", "b"]);
  expect(await replayed("", events)).toHaveLength(3);
  expect(await replayed("b", events)).toHaveLength(2);
});

test("lines are split at newlines only, and lone surrogates survive", async () => {
  const text = "\u2028\u0085 \ud83d";
  const tag = { type: EventType.Custom, timestamp: 10, data: { tag: "note", payload: text } };
  const recording = await loaded(["w", tag]);
  expect(recording.eventRows().at(0)?.detail).toBe(text);
});

test("what is no event is counted and left out", async () => {
  const recording = new Recording(checkoutManifest());
  const odd = ['{"not":"a pair"}', "{broken", '["w",null]', '["w",{"type":3}]', ""].join("\n");
  const pictures = await recording.add(`${odd}\n${lines(["w", snapshot(1)])}`, breathe);
  expect(recording.skipped).toBe(4);
  expect(pictures.get("w")).toHaveLength(2);
});

test.each(["\n", "x\n"])("a segment of nothing but %j is damaged, and says so soon", async (line) => {
  const recording = new Recording(checkoutManifest());
  await expect(recording.add(line.repeat(20_000), breathe)).rejects.toThrow(/damaged/);
});

test("a snapshot nested beyond reason is left out, and the rest plays", async () => {
  const depth = 100_000;
  const deep = `${'{"type":2,"id":9,"childNodes":['.repeat(depth)}${"]}".repeat(depth)}`;
  const line = `["w",{"type":2,"timestamp":2,"data":{"node":${deep}}}]`;
  const recording = new Recording(checkoutManifest());
  const pictures = await recording.add(`${line}\n${lines(["w", snapshot(3)])}`, breathe);
  expect(recording.skipped).toBe(1);
  expect(pictures.get("w")).toHaveLength(2);
});
