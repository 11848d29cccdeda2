/**
 * What the panels and the timeline are made of, as far as the recording is read:
 * console and network events, what the user did, when somebody was active. Segments go
 * in, in order; the pictures of each go out, to be kept by whoever has room (reel.ts).
 */
import { type Assets, NO_ASSETS } from "./assetIndex";
import { type EventRow, eventRow, joinRows } from "./eventRows";
import { type Breathe, readLines } from "./lines";
import type { NodeIndex } from "./nodes";
import type { Manifest } from "./payload";
import { Preparer } from "./replayable";
import { EventType, type RrwebEvent, type WindowEvent } from "./rrweb";
import { type Activity, isActive } from "./timeline";

/** The replayable events of one segment, by window, in the order they came. */
export type Pictures = Map<string, RrwebEvent[]>;

export class Recording {
  /** Console and network events, as they came. */
  readonly pluginEvents: WindowEvent[] = [];
  readonly activity: Activity[] = [];
  /** What the replay carries; set before the first segment is added. */
  assets: Assets = NO_ASSETS;

  private readonly rows: EventRow[] = [];
  private readonly seen = new Set<string>();
  private preparer: Preparer | null = null;
  private unreadable = 0;

  constructor(private readonly manifest: Manifest) {}

  /** Lines that were not an event; shown as a note, never fatal. */
  get skipped(): number {
    return this.unreadable + (this.preparer?.skipped ?? 0);
  }

  /** Window ids in order of appearance. */
  get windowIds(): string[] {
    return [...this.seen];
  }

  eventRows(): EventRow[] {
    const rage = this.manifest.marks
      .filter((mark) => mark.kind === "rage_click")
      .map((mark): EventRow => ({
        atMs: mark.atMs,
        windowId: "",
        kind: "rage_click",
        title: "Rage click",
        detail: mark.label,
        mergeKey: null,
      }));
    return joinRows([...this.rows, ...rage]);
  }

  /** Page changes, in time order. */
  get pages(): EventRow[] {
    return this.rows.filter((row) => row.kind === "page");
  }

  /**
   * Reads the lines of the next segment. Long segments are read in slices, with
   * `breathe` awaited between them. Returns the segment's pictures.
   */
  async add(ndjson: string, breathe: Breathe): Promise<Pictures> {
    const { events, skipped } = await readLines(ndjson, breathe);
    this.unreadable += skipped;
    this.preparer ??= new Preparer(this.manifest.viewport, this.assets, this.note);
    const pictures: Pictures = new Map();
    for (const item of events) {
      this.seen.add(item.windowId);
      if (item.event.type === EventType.Plugin) this.pluginEvents.push(item);
      else append(pictures, item.windowId, this.preparer.take(item));
      await breathe();
    }
    return pictures;
  }

  private readonly note = (windowId: string, event: RrwebEvent, nodes: NodeIndex): void => {
    const atMs = event.timestamp - this.manifest.startMs;
    if (isActive(event)) this.activity.push({ atMs, windowId });
    const row = eventRow(event, windowId, this.manifest.startMs, nodes);
    if (row) this.rows.push(row);
  };
}

function append(pictures: Pictures, windowId: string, made: RrwebEvent[]): void {
  if (made.length === 0) return;
  const known = pictures.get(windowId);
  if (known) known.push(...made);
  else pictures.set(windowId, made);
}
