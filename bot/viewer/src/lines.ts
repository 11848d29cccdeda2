/** The lines of a segment as events, read in slices so that the page stays awake. */
import { number, object, parse } from "./json";
import { UnreadableReplay } from "./payload";
import type { WindowEvent } from "./rrweb";

/** The exporter writes none: a segment of so many was made to keep the reader waiting. */
const MAX_UNREADABLE = 10_000;

/** Lets the page draw and listen; awaited between slices of work. */
export type Breathe = () => Promise<void>;

/**
 * The events of `ndjson` in order of time, and how many lines held none. With a
 * `windowId`, only lines of that window are parsed. Throws UnreadableReplay where next to
 * nothing is an event.
 */
export async function readLines(
  ndjson: string,
  breathe: Breathe,
  windowId?: string,
): Promise<{ events: WindowEvent[]; skipped: number }> {
  const events: WindowEvent[] = [];
  const start = windowId === undefined ? "" : `[${JSON.stringify(windowId)},`;
  let skipped = 0;
  let blank = 0;
  let from = 0;
  while (from < ndjson.length) {
    const newline = ndjson.indexOf("\n", from);
    const to = newline < 0 ? ndjson.length : newline;
    if (to === from) blank += 1;
    else if (ndjson.startsWith(start, from)) {
      const read = readLine(ndjson.slice(from, to));
      if (read) events.push(read);
      else skipped += 1;
    }
    if (skipped + blank > MAX_UNREADABLE) {
      throw new UnreadableReplay(
        "This file is damaged: it holds lines that are no events. Ask for it to be exported again.",
      );
    }
    from = to + 1;
    await breathe();
  }
  events.sort((left, right) => left.event.timestamp - right.event.timestamp);
  return { events, skipped };
}

/** The event on one line, or null if the line holds none. */
function readLine(line: string): WindowEvent | null {
  const pair = parse(line);
  if (!Array.isArray(pair)) return null;
  const event = object(pair[1]);
  const type = number(event.type);
  const timestamp = number(event.timestamp);
  if (type === null || timestamp === null) return null;
  const windowId = typeof pair[0] === "string" ? pair[0] : "";
  return { windowId, event: { type, timestamp, data: object(event.data) } };
}
