/**
 * The recording's own lines, read again from its segments: what downloads are made of,
 * because the events that are replayed are changed on their way to the stage.
 */
/** Text of whole lines `[window_id, event]`, a segment at a time, in order. */
export type RawLines = () => AsyncIterable<string>;

/** One event as it is in the file. */
export interface RawEvent {
  windowId: string;
  /** The event's JSON, letter for letter. */
  json: string;
}

/** Work in stretches shorter than a dropped frame is noticed. */
const SLICE_MS = 12;

/** The lines of all segments, which `open` gives; rejects where one is damaged. */
export function rawLines(
  segments: readonly unknown[],
  open: (index: number) => Promise<string>,
): RawLines {
  return async function* () {
    for (let index = 0; index < segments.length; index++) yield await open(index);
  };
}

/**
 * The events on those lines; `onSegment` is told the number of each segment as its
 * turn comes. Lets the page breathe in between.
 */
export async function* rawEvents(
  lines: AsyncIterable<string>,
  onSegment: (number: number) => void = () => undefined,
): AsyncGenerator<RawEvent> {
  let number = 0;
  let since = performance.now();
  for await (const text of lines) {
    onSegment(++number);
    let from = 0;
    while (from < text.length) {
      const newline = text.indexOf("\n", from);
      const to = newline < 0 ? text.length : newline;
      const event = to > from ? rawEvent(text.slice(from, to)) : null;
      if (event) yield event;
      from = to + 1;
      if (performance.now() - since > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        since = performance.now();
      }
    }
  }
}

function rawEvent(line: string): RawEvent | null {
  const match = /^\["([^"\\]*(?:\\.[^"\\]*)*)",\s*(?=\{)/.exec(line);
  if (!match || !line.endsWith("}]")) return null;
  const windowId = JSON.parse(`"${match[1]}"`) as string;
  return { windowId, json: line.slice(match[0].length, -1) };
}
