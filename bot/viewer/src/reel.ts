/**
 * The recording's pictures: which segments a moment needs, and which of them are in
 * hand. A short recording is kept whole; of one that would fill the tab's memory only
 * what was needed last. Bringing segments in is loading.ts's business.
 */
import type { Manifest, SegmentEntry } from "./payload";
import type { Pictures } from "./recording";
import type { RrwebEvent } from "./rrweb";

/** Expanded bytes kept; the objects made of them take two to three times as much. */
const KEPT_BYTES = 96 * 1024 * 1024;

interface Kept {
  events: RrwebEvent[];
  /** The full snapshot from which on the events are here. */
  fromMs: number;
}

export class Reel {
  /** By segment, then window, least recently needed segments first. */
  private readonly kept = new Map<number, Map<string, Kept>>();
  /** Segments of which every window is here. */
  private readonly whole = new Set<number>();
  private readonly segments: SegmentEntry[];
  /** Whether the whole recording may be kept. */
  readonly fits: boolean;

  constructor(manifest: Manifest, private readonly keptBytes = KEPT_BYTES) {
    this.segments = manifest.segments;
    const all = this.segments.reduce((sum, segment) => sum + segment.expandedBytes, 0);
    this.fits = all <= keptBytes;
  }

  /** Whether a window has a full snapshot anywhere, without which there is no picture. */
  hasPicture(windowId: string): boolean {
    return this.segments.some((segment) => segment.pictures.has(windowId));
  }

  /** The last full snapshot at or before `epochMs`, else the window's first one. */
  pictureBefore(windowId: string, epochMs: number): number | null {
    const times = this.segments.flatMap(({ pictures }) => pictures.get(windowId) ?? []);
    const before = times.filter((atMs) => atMs <= epochMs);
    if (before.length > 0) return Math.max(...before);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Indices of the segments needed to show a window from `epochMs` to `untilMs`. */
  needed(windowId: string, epochMs: number, untilMs = epochMs): number[] {
    const fromMs = this.pictureBefore(windowId, epochMs);
    if (fromMs === null) return [];
    const toMs = Math.max(fromMs, untilMs);
    return [...this.segments.keys()].filter((index) => {
      const segment = this.segments[index] as SegmentEntry;
      return segment.lastMs >= fromMs && segment.firstMs <= toMs;
    });
  }

  /** Those of the needed segments that are not in hand, in order. */
  missing(windowId: string, epochMs: number, untilMs = epochMs): number[] {
    const fromMs = this.pictureBefore(windowId, epochMs) ?? 0;
    return this.needed(windowId, epochMs, untilMs).filter(
      (index) => !this.has(index, windowId, fromMs),
    );
  }

  has(index: number, windowId: string, fromMs: number): boolean {
    return this.heldFrom(index, windowId) <= fromMs;
  }

  /** From when on a window's events of a segment are here; Infinity where none are. */
  heldFrom(index: number, windowId: string): number {
    if (this.whole.has(index)) return -Infinity;
    return this.kept.get(index)?.get(windowId)?.fromMs ?? Infinity;
  }

  /** Segments of which this window's events are here, whole. */
  inHand(): number[] {
    return [...this.whole].sort((left, right) => left - right);
  }

  /** The window's events in these segments, in time order. */
  eventsOf(windowId: string, indices: readonly number[]): RrwebEvent[] {
    const events = indices.flatMap((index) => this.kept.get(index)?.get(windowId)?.events ?? []);
    // Events of one segment can be older than those of the one before.
    return events.sort((left, right) => left.timestamp - right.timestamp);
  }

  /** Keeps all windows of a segment, if there is room beside what was needed. */
  keepAll(index: number, pictures: Pictures): void {
    if (!this.fits && this.size() + this.sizeOf(index) > this.keptBytes) return;
    this.whole.add(index);
    this.kept.set(
      index,
      new Map([...pictures].map(([id, events]) => [id, { events, fromMs: -Infinity }])),
    );
  }

  /** Keeps one window of a segment that is needed, in place of those needed long ago. */
  keep(index: number, windowId: string, events: RrwebEvent[], fromMs: number): void {
    if (this.whole.has(index)) return;
    const windows = this.kept.get(index) ?? new Map<string, Kept>();
    windows.set(windowId, { events, fromMs });
    this.kept.delete(index);
    this.kept.set(index, windows);
  }

  /** Lets go of what was needed longest ago, but never of `needed`. */
  makeRoom(needed: readonly number[]): void {
    const spared = new Set(needed);
    for (const index of [...this.kept.keys()]) {
      if (this.size() <= this.keptBytes) return;
      if (spared.has(index)) continue;
      this.kept.delete(index);
      this.whole.delete(index);
    }
  }

  private size(): number {
    return [...this.kept.keys()].reduce((sum, index) => sum + this.sizeOf(index), 0);
  }

  private sizeOf(index: number): number {
    return this.segments[index]?.expandedBytes ?? 0;
  }
}
