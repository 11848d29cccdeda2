import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import {
  type Locked,
  WrongPassphrase,
  checkLocked,
  openLocked,
  readLocked,
  unlockedPieces,
} from "./locked";
import { keyOf } from "./passphraseKey";
import { UnreadableReplay } from "./payload";

type Bytes = Uint8Array<ArrayBuffer>;
interface Public {
  [name: string]: unknown;
  locked: Record<string, string | number>;
}

/** Pieces as the exporter sealed them once; its own tests open the same. */
const vector = JSON.parse(
  readFileSync(new URL("../samples/locked.json", import.meta.url), "utf8"),
) as {
  passphrase: string;
  public: Public;
  segments: string[];
  opened: { manifest: { segments: unknown[] }; segments: string[] };
};
const bytes = (base64: string): Bytes => new Uint8Array(Buffer.from(base64, "base64"));
const sealed = vector.segments.map(bytes);

/** The public part with other values, as an attacker or an accident would have it. */
function changed(outer: object, inner: object = {}): string {
  const { locked } = vector.public;
  return JSON.stringify({ ...vector.public, locked: { ...locked, ...inner }, ...outer });
}

function locked(source = JSON.stringify(vector.public)): Locked {
  const read = readLocked(source);
  if (!read) throw new Error("not locked");
  return read;
}

/** Base64 with one bit of what it stands for changed. */
function flipped(base64: string, at: number): string {
  const content = bytes(base64);
  const place = at < 0 ? content.length + at : at;
  content[place] = (content[place] ?? 0) ^ 1;
  return Buffer.from(content).toString("base64");
}

let key: Bytes;
beforeAll(() => {
  key = keyOf(vector.passphrase, locked().kdf);
});

test("what the exporter sealed opens, with an umlaut typed in either way", async () => {
  await checkLocked(locked());
  const opened = await openLocked(locked(), key);
  expect(JSON.parse(opened.manifest)).toEqual(vector.opened.manifest);
  const source = unlockedPieces(opened, "segment", 3, async (index) => sealed[index] ?? null);
  for (const [index, plain] of vector.opened.segments.entries()) {
    expect(await source(index)).toEqual(bytes(plain));
  }
  expect(await source(3)).toBeNull();
});

test("another key is told from damage", async () => {
  await expect(openLocked(locked(), new Uint8Array(32))).rejects.toThrow(WrongPassphrase);
});

test.each([["salt"], ["key"], ["manifest"]])(
  "accidental damage of the %s is said before anyone is asked",
  async (name) => {
    const other = changed({}, { [name]: flipped(String(vector.public.locked[name]), 5) });
    await expect(checkLocked(locked(other))).rejects.toThrow(/damaged/);
  },
);

test.each([
  [{ format: "replay-courier/other" }, {}],
  [{ version: 2 }, {}],
  [{ producer: "replay-courier 0.0.1" }, {}],
  [{}, { memory_kib: 64 }],
  [{}, { passes: 1 }],
  [{}, { lanes: 1 }],
  [{}, { salt: flipped(String(vector.public.locked.salt), 0) }],
  [{}, { key: flipped(String(vector.public.locked.key), 0) }],
  [{}, { key: flipped(String(vector.public.locked.key), 20) }],
  [{}, { key: "" }],
])("whatever stands in the open is vouched for: %j %j", async (outer, inner) => {
  // Even with the very key of the file, as if its making had not noticed.
  await expect(openLocked(locked(changed(outer, inner)), key)).rejects.toThrow(WrongPassphrase);
});

test.each([0, 11, 12, -17, -1])("bit %i of the manifest is vouched for", async (at) => {
  const manifest = flipped(String(vector.public.locked.manifest), at);
  await expect(openLocked(locked(changed({}, { manifest })), key)).rejects.toThrow(
    /passphrase is right, but .* its manifest was altered/,
  );
});

test("segments open in their own place alone, whole, and in their own file", async () => {
  const { decrypt } = await openLocked(locked(), key);
  const [first, , third] = sealed as [Bytes, Bytes, Bytes];
  const wrong: [number, number, Bytes][] = [
    [1, 3, first],
    [0, 2, first],
    [0, 3, third],
    [0, 1, bytes(String(vector.public.locked.manifest))],
    [0, 3, new Uint8Array()],
    ...[0, 12, -1].map((at): [number, number, Bytes] => [
      ...[0, 3] as const,
      bytes(flipped(vector.segments[0] ?? "", at)),
    ]),
  ];
  await expect(decrypt("segment", 0, 3, first)).resolves.toBeTruthy();
  await expect(decrypt("asset", 0, 3, first)).rejects.toThrow(UnreadableReplay);
  for (const [index, count, piece] of wrong) {
    await expect(decrypt("segment", index, count, piece)).rejects.toThrow(/was altered or belongs to another/);
  }
});

test.each([
  { memory_kib: 262_145 },
  { memory_kib: 1e12 },
  { memory_kib: 31 },
  { memory_kib: 262_144, passes: 5 },
  { passes: 17 },
  { passes: 0 },
  { lanes: 17 },
  { lanes: 0 },
])("a claim of %j is refused before any work", (claim) => {
  expect(() => readLocked(changed({}, claim))).toThrow(/more work .* than any honest/);
});

test.each([
  [{ person: "jane@example.com" }, {}],
  [{ producer: "two\nlines" }, {}],
  [{ version: "1" }, {}],
  [{}, { passes: "3" }],
  [{}, { passes: 1.5 }],
  [{}, { salt: "AAAA" }],
  [{}, { salt: "not base64" }],
  [{}, { extra: 1 }],
  [{}, { kdf: "argon3" }],
  [{ locked: [] }, {}],
])("a public part of another shape is refused: %j %j", (outer, inner) => {
  expect(() => readLocked(changed(outer, inner))).toThrow(UnreadableReplay);
});

test("other manifests are of no locked file", () => {
  for (const source of ["{}", "[]", "{broken", '{"person":"locked"}']) {
    expect(readLocked(source)).toBeNull();
  }
});
