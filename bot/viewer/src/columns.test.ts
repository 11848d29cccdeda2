import { expect, test } from "vitest";
import { join } from "./columns";
import { sampleText } from "./testing";

/** The content of a text whose `ids` stand in a column of their own. */
function content(ids: number[], text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const whole = new Uint8Array(4 + 4 * ids.length + bytes.length);
  new DataView(whole.buffer).setUint32(0, ids.length, true);
  ids.forEach((id, index) => {
    const delta = id - (ids[index - 1] ?? 0);
    const zigzag = delta < 0 ? -2 * delta - 1 : 2 * delta;
    for (let plane = 0; plane < 4; plane++) {
      whole[4 + plane * ids.length + index] = (zigzag / 256 ** plane) & 0xff;
    }
  });
  whole.set(bytes, 4 + 4 * ids.length);
  return whole;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("ids go back to where their digits were", () => {
  const lines = '{"id":,"parentId":,"list":[{"nextId":}]}\n';
  expect(text(join(content([7, 0, 999_999_999], lines)))).toBe(
    '{"id":7,"parentId":0,"list":[{"nextId":999999999}]}\n',
  );
});

test("what only looks like an id's place stays as it is", () => {
  const lines = '{"a":"d\\":,","b":"d:,","id":-1,"id":1234567890,"id":1.5}\n';
  expect(text(join(content([], lines)))).toBe(lines);
});

test.each([
  ["fewer ids than places", [1], '{"id":,"id":}'],
  ["more ids than places", [1, 2], '{"id":}'],
  ["ids below zero", [-1], '{"id":}'],
])("%s are refused", (_what, ids, lines) => {
  expect(() => join(content(ids, lines))).toThrow();
});

test("a count past the end is refused", () => {
  expect(() => join(Uint8Array.from([255, 255, 255, 255, 1]))).toThrow();
});

test("the exporter's samples are read", () => {
  const lines = sampleText("checkout").trimEnd().split("\n");
  expect(lines.every((line) => Array.isArray(JSON.parse(line)))).toBe(true);
  expect(lines.length).toBeGreaterThan(300);
});
