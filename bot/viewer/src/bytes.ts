/**
 * Segment bytes out of the text of an HTML element. The file is declared
 * windows-1252 so that one byte is one character; four bytes that HTML would alter are
 * escaped. The twin of the exporter's encoder.
 */

import { UnreadableReplay } from "./payload";

const ESCAPE = 0x1b;
const ESCAPE_FLIP = 0x40;

/** Code points the windows-1252 decoder of the HTML standard gives for 0x80 to 0x9F. */
const HIGH_CONTROLS = [
  0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
  0x2039, 0x0152, 0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
  0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
];

const NOT_A_BYTE = -1;

const BYTE_OF_UNIT = (() => {
  const table = new Int16Array(0x2200).fill(NOT_A_BYTE);
  for (let unit = 0; unit < 0x100; unit++) table[unit] = unit;
  for (let unit = 0x80; unit < 0xa0; unit++) table[unit] = NOT_A_BYTE;
  HIGH_CONTROLS.forEach((unit, index) => {
    table[unit] = 0x80 + index;
  });
  return table;
})();

/**
 * The bytes that `source`, the text of a segment's element, stands for.
 *
 * Throws UnreadableReplay for a character no byte maps to: some program on the file's
 * way saved it again in another encoding.
 */
export function bytesOfText(source: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let index = 0; index < source.length; index++) {
    let byte = BYTE_OF_UNIT[source.charCodeAt(index)] ?? NOT_A_BYTE;
    if (byte === ESCAPE) {
      index += 1;
      byte = index < source.length ? source.charCodeAt(index) ^ ESCAPE_FLIP : NOT_A_BYTE;
    }
    if (!(byte >= 0 && byte < 0x100)) {
      throw new UnreadableReplay(
        "This file was changed on its way: a program saved it again in another " +
          "encoding. Ask for the file as it was exported.",
      );
    }
    bytes[length++] = byte;
  }
  return bytes.slice(0, length);
}
