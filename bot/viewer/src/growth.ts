/**
 * What a newer export of the same session adds to what is read: the lines that nobody
 * has seen. They become segments of their own behind those that are there, so that
 * nothing that was read, shown or scrolled to has to be read again.
 */
import { type Breathe, readLines } from "./lines";
import type { Manifest, SegmentEntry } from "./payload";
import { EventType } from "./rrweb";

/** So many lines may be gone from a newer export: an event that came late moves others. */
const MAY_VANISH = 5;

/** New lines, and what the manifest would say of a segment of them. */
export interface Addition {
  text: string;
  entry: SegmentEntry;
}

export class Growth {
  /** Hashes of the lines that were read. */
  private readonly seen = new Set<number>();
  /** The newest export that was taken in, by its segments' hashes: how many lines each. */
  private parts: Map<string, number>;

  constructor(private readonly manifest: Manifest) {
    this.parts = partsOf(manifest);
  }

  /** These lines were read. */
  note(text: string): void {
    for (const line of linesOf(text)) this.seen.add(hashOf(line));
  }

  /** The segments of a newer export that may hold something new. */
  unknown(fresh: Manifest): number[] {
    return [...fresh.segments.keys()].filter(
      (index) => !this.parts.has(fresh.segments[index]?.sha256 ?? ""),
    );
  }

  /**
   * What the texts of `unknown` segments add, in order; null where the newer export is
   * not what was read with something added, but written anew.
   */
  async taken(
    fresh: Manifest,
    texts: readonly string[],
    breathe: Breathe,
  ): Promise<Addition[] | null> {
    const kept = new Set(fresh.segments.map(({ sha256 }) => sha256));
    let missing = 0;
    for (const [sha256, events] of this.parts) if (!kept.has(sha256)) missing += events;
    const additions: Addition[] = [];
    const added: string[] = [];
    for (const text of texts) {
      const lines: string[] = [];
      for (const line of linesOf(text)) {
        if (this.seen.has(hashOf(line))) missing -= 1;
        else lines.push(line);
        await breathe();
      }
      if (lines.length === 0) continue;
      added.push(...lines);
      additions.push(await additionOf(lines.join("\n"), breathe));
    }
    if (missing > MAY_VANISH || fresh.startMs !== this.manifest.startMs) return null;
    for (const line of added) this.seen.add(hashOf(line));
    this.parts = partsOf(fresh);
    return additions;
  }
}

function partsOf({ segments }: Manifest): Map<string, number> {
  return new Map(segments.map(({ sha256, events }) => [sha256, events]));
}

async function additionOf(text: string, breathe: Breathe): Promise<Addition> {
  const { events } = await readLines(text, breathe);
  const times = events.map(({ event }) => event.timestamp);
  const pictures = new Map<string, number>();
  for (const { windowId, event } of events) {
    if (event.type === EventType.FullSnapshot && !pictures.has(windowId)) {
      pictures.set(windowId, event.timestamp);
    }
  }
  const entry = {
    bytes: 0,
    events: events.length,
    firstMs: times[0] ?? 0,
    lastMs: times.at(-1) ?? 0,
    expandedBytes: text.length,
    pictures,
    sha256: "",
  };
  return { text, entry };
}

function* linesOf(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    const newline = text.indexOf("\n", from);
    const to = newline < 0 ? text.length : newline;
    if (to > from) yield text.slice(from, to);
    from = to + 1;
  }
}

/** 52 bits of a line: of a million, two that differ are one in a session in thousands. */
function hashOf(line: string): number {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b);
  }
  high ^= Math.imul(low ^ (low >>> 15), 0xc2b2ae35);
  low ^= Math.imul(high ^ (high >>> 13), 0x27d4eb2f);
  return (high >>> 0) * 0x100000 + (low >>> 12);
}
