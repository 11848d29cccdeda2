import { expect, test } from "vitest";
import { UnreadableReplay, readManifest } from "./payload";
import { checkoutManifest } from "./testing";
import { cutText } from "./timeline";

const bare = { format: "replay-courier/portable-replay", version: 1 };

test("a real manifest is read whole", () => {
  const manifest = checkoutManifest();
  expect(manifest).toMatchObject({ startMs: 1_795_431_705_574, person: "j***@example.com" });
  expect(manifest.durationMs).toBeGreaterThan(38_000);
  expect(manifest.counts.networkFailing).toBe(11);
  expect(manifest.segments).toHaveLength(1);
  expect(new Set(manifest.marks.map(({ kind }) => kind))).toContain("network_failure");
});

test("a newer format is declined in a sentence that names both versions", () => {
  const newer = JSON.stringify({ ...bare, version: 2 });
  expect(() => readManifest(newer)).toThrow(/format 2, newer than this viewer.*up to 1/);
});

test.each(["{broken", "[]", '{"format":"other"}', "null"])(
  "%s is refused in a readable sentence",
  (source) => {
    expect(() => readManifest(source)).toThrow(UnreadableReplay);
  },
);

test.each(["segments", "marks", "turns", "later"])(
  "a list of %s without end is refused, before anybody works through it",
  (name) => {
    const source = JSON.stringify({ ...bare, [name]: Array(60_000).fill({}) });
    expect(() => readManifest(source)).toThrow(/damaged.*lists more than any recording/);
    const assets = { [name]: Array(60_000).fill({}) };
    expect(() => readManifest(JSON.stringify({ ...bare, assets }))).toThrow(UnreadableReplay);
  },
);

test("a cut says which part of the recording it is, and a whole one nothing", () => {
  const cut = { from_ms: 53_000, to_ms: 113_000, of_duration_ms: 724_000, left_out: {} };
  const manifest = readManifest(JSON.stringify({ ...bare, cut }));
  expect(manifest.cut && cutText(manifest.cut)).toBe("0:53\u20131:53 of 12:04");
  expect(readManifest(JSON.stringify({ ...bare, cut: { from_ms: 1 } })).cut).toBeNull();
  expect(checkoutManifest().cut).toBeNull();
});

test("missing and misshapen parts become empty ones", () => {
  const odd = { ...bare, marks: [{ kind: "new_kind" }, null, 3], pages: 7, counts: [], segments: [{}] };
  const manifest = readManifest(JSON.stringify(odd));
  expect(manifest.marks).toEqual([]);
  expect(manifest.counts.events).toBe(0);
});
