import { expect, test } from "vitest";
import { bytesOfText } from "./bytes";
import { UnreadableReplay } from "./payload";

/** The HTML standard's windows-1252 for 0x80 to 0x9F; Node's own decoder lacks it. */
const HIGH =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

function decode(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x80 && byte < 0xa0 ? HIGH.charAt(byte - 0x80) : String.fromCharCode(byte),
  ).join("");
}

function escaped(bytes: Uint8Array): Uint8Array {
  const special = new Set([0x00, 0x0d, 0x3c, 0x1b]);
  return Uint8Array.from(
    [...bytes].flatMap((byte) => (special.has(byte) ? [0x1b, byte ^ 0x40] : [byte])),
  );
}

test("every byte comes back through the page's encoding", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect([...bytesOfText(decode(escaped(all)))]).toEqual([...all]);
});

test("text in another encoding is refused, not guessed at", () => {
  expect(() => bytesOfText("a\u4e00b")).toThrow(UnreadableReplay);
  expect(() => bytesOfText("a\ufffdb")).toThrow(UnreadableReplay);
});

test("an escape at the very end is refused", () => {
  expect(bytesOfText("\x1b@")).toEqual(Uint8Array.from([0]));
  expect(() => bytesOfText("abc\x1b")).toThrow(UnreadableReplay);
});
