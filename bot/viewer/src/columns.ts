/**
 * A segment's text out of its content: node ids stand in a column of their own, as
 * differences, and go back to where their digits were. The twin of the exporter's
 * columns.py; the names here are the same.
 */
const COUNT_BYTES = 4;
const PLANES = 4;
const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const COLON = 0x3a;
const BRACKET = 0x5d;
const LETTER_D = 0x64;
const BRACE = 0x7d;

/** How long the content of a text of so many bytes can be. */
export function longest(textBytes: number): number {
  return COUNT_BYTES + 2 * textBytes;
}

/** The text of a segment, UTF-8. Throws where ids and text do not belong together. */
export function join(content: Uint8Array): Uint8Array {
  const count = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
  const from = COUNT_BYTES + count * PLANES;
  if (from > content.length) throw new Error("fewer ids than there should be");
  const ids = idsIn(content.subarray(COUNT_BYTES, from), count);
  const digits = ids.reduce((sum, id) => sum + digitsOf(id), 0);
  const text = new Uint8Array(content.length - from + digits);
  let next = 0;
  let to = 0;
  let last = 0;
  let beforeLast = 0;
  let beforeThat = 0;
  for (let index = from; index < content.length; index++) {
    const letter = content[index] as number;
    const isPlace =
      last === COLON &&
      beforeLast === QUOTE &&
      beforeThat === LETTER_D &&
      (letter === COMMA || letter === BRACE || letter === BRACKET);
    if (isPlace) {
      if (next === count) throw new Error("fewer ids than places");
      to = write(ids[next++] as number, text, to);
    }
    text[to++] = letter;
    beforeThat = beforeLast;
    beforeLast = last;
    last = letter;
  }
  if (next !== count) throw new Error("more ids than places");
  return text;
}

function idsIn(planes: Uint8Array, count: number): Int32Array {
  const ids = new Int32Array(count);
  let id = 0;
  for (let index = 0; index < count; index++) {
    let zigzag = 0;
    for (let plane = PLANES - 1; plane >= 0; plane--) {
      zigzag = (zigzag << 8) | (planes[plane * count + index] as number);
    }
    id += (zigzag >>> 1) ^ -(zigzag & 1);
    if (id < 0) throw new Error("an id below zero");
    ids[index] = id;
  }
  return ids;
}

function digitsOf(id: number): number {
  let digits = 1;
  for (let rest = id; rest > 9; rest = Math.trunc(rest / 10)) digits++;
  return digits;
}

/** Writes a number's digits and returns where they end. */
function write(id: number, text: Uint8Array, from: number): number {
  const to = from + digitsOf(id);
  let rest = id;
  for (let index = to - 1; index >= from; index--) {
    text[index] = ZERO + (rest % 10);
    rest = Math.trunc(rest / 10);
  }
  return to;
}
