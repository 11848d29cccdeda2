/**
 * Brings segments in, one after the other, and lets the page breathe meanwhile: first
 * those that the moment on the stage needs, then all of them in order for the panels.
 */
import type { Inflater } from "./inflate";
import { type Breathe, readLines } from "./lines";
import { type Manifest, type SegmentEntry, UnreadableReplay } from "./payload";
import type { Recording } from "./recording";
import type { Reel } from "./reel";
import { Preparer } from "./replayable";
import { EventType, type RrwebEvent } from "./rrweb";
import { type SegmentSource, matches } from "./segments";

/** Work in stretches shorter than a dropped frame is noticed. */
const SLICE_MS = 12;
/** How long reading in order waits for what is wanted, which may hang on a server. */
const PATIENCE_MS = 250;
const POLL_MS = 5;

/** A span of one window that somebody waits for, epoch ms. */
interface Wanted {
  windowId: string;
  fromMs: number;
  untilMs: number;
}

/** Reading one window from a full snapshot on, out of turn. */
interface Run {
  windowId: string;
  pictureMs: number;
  preparer: Preparer;
  done: number[];
}

export interface LoadingEvents {
  /** The text of a segment, read in order. */
  read?(text: string): void;
  /** The panels' data reach further, or pictures have come. */
  progress(): void;
  /** The panels can get no further, for this reason; pictures may still come. */
  fail(reason: unknown): void;
}

export class Loader {
  /** How many segments the panels know, from the first on. */
  read = 0;
  /** Whether every segment so far was the one the manifest names; null: cannot say. */
  verified: boolean | null = true;
  /** Segments that cannot be had: what they hold will not come. */
  readonly failed = new Set<number>();

  private wanted: Wanted | null = null;
  private run: Run | null = null;
  private isStuck = false;
  private isReading = false;
  /** Texts that came after the file, of a session that goes on; by segment. */
  private readonly added = new Map<number, string>();
  private wake: () => void = () => undefined;
  private readonly opening = new Map<number, Promise<string>>();
  private readonly breathe: Breathe = breather();

  constructor(
    private readonly manifest: Manifest,
    private readonly source: SegmentSource,
    private readonly inflater: Inflater,
    private readonly recording: Recording,
    private readonly reel: Reel,
    private readonly events: LoadingEvents,
  ) {}

  /** Asks for what a window shows from one time to another; the last one asked counts. */
  want(windowId: string, fromMs: number, untilMs: number): void {
    this.wanted = { windowId, fromMs, untilMs };
    this.wake();
  }

  /** Whether the moment can never be shown whole. */
  isLost(windowId: string, atMs: number): boolean {
    return this.reel.missing(windowId, atMs).some((index) => this.failed.has(index));
  }

  /** There is more of the recording: a segment behind all others. */
  add(text: string, entry: SegmentEntry): void {
    this.added.set(this.manifest.segments.length, text);
    this.manifest.segments.push(entry);
  }

  /**
   * Reads the whole recording, what is wanted first. Rejects with what `progress`
   * throws.
   */
  async load(): Promise<void> {
    void this.serve();
    await this.loadOn();
  }

  /** Reads what was added since. */
  async loadOn(): Promise<void> {
    if (this.isReading || this.isStuck) return;
    this.isReading = true;
    await this.readAll();
    this.isReading = false;
  }

  private async readAll(): Promise<void> {
    if (this.manifest.segments.length === 0) this.events.progress();
    while (this.read < this.manifest.segments.length) {
      await this.letWantedPass();
      try {
        await this.readOn(this.read);
      } catch (reason) {
        this.isStuck = true;
        this.events.fail(reason);
        return;
      }
      this.progressed();
    }
  }

  /** The text of one segment, verified. Rejects with UnreadableReplay. */
  async open(index: number): Promise<string> {
    const added = this.added.get(index);
    if (added !== undefined) return added;
    const text = this.opening.get(index) ?? this.inflated(index);
    this.opening.delete(index);
    return text;
  }

  /** Brings in what is wanted, for as long as the page is open. */
  private async serve(): Promise<never> {
    for (;;) {
      const index = this.nextWanted();
      if (index === null) await new Promise<void>((resolve) => (this.wake = resolve));
      else {
        await this.fetch(index);
        this.progressed();
      }
    }
  }

  private async letWantedPass(): Promise<void> {
    const since = performance.now();
    while (this.nextWanted() !== null && performance.now() - since < PATIENCE_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private progressed(): void {
    this.events.progress();
    this.wake();
  }

  /** The first wanted segment that is not in hand, nor the next to be read anyway. */
  private nextWanted(): number | null {
    if (!this.wanted) return null;
    const { windowId, fromMs, untilMs } = this.wanted;
    const missing = this.reel.missing(windowId, fromMs, untilMs);
    const found = missing.find((index) => !this.failed.has(index));
    if (found === undefined) this.wanted = null;
    return found === undefined || (found === this.read && !this.isStuck) ? null : found;
  }

  private async readOn(index: number): Promise<void> {
    const text = await this.open(index);
    if (index + 1 < this.manifest.segments.length && !this.added.has(index + 1)) {
      const ahead = this.inflated(index + 1);
      // Awaited later; an early failure must not surface as unhandled meanwhile.
      ahead.catch(() => undefined);
      this.opening.set(index + 1, ahead);
    }
    this.events.read?.(text);
    this.reel.keepAll(index, await this.recording.add(text, this.breathe));
    this.read = index + 1;
  }

  /** Reads one wanted window of a segment out of turn. */
  private async fetch(index: number): Promise<void> {
    const { windowId, fromMs, untilMs } = this.wanted as Wanted;
    const needed = this.reel.needed(windowId, fromMs, untilMs);
    const pictureMs = this.reel.pictureBefore(windowId, fromMs) ?? 0;
    let run = this.run;
    if (run?.windowId !== windowId || run.pictureMs !== pictureMs) run = null;
    let next = needed.find((one) => !run?.done.includes(one));
    if (!run || next === undefined) {
      // What this run read was let go of meanwhile, or there was none: begin again.
      const preparer = new Preparer(this.manifest.viewport, this.recording.assets);
      run = { windowId, pictureMs, preparer, done: [] };
      next = needed[0] ?? index;
    }
    this.run = run;
    try {
      const text = await this.open(next);
      const { events } = await readLines(text, this.breathe, windowId);
      const made: RrwebEvent[] = [];
      for (const item of events) {
        const { type, timestamp } = item.event;
        if (timestamp < pictureMs && type !== EventType.Meta) continue;
        if (type !== EventType.Plugin) made.push(...run.preparer.take(item));
        await this.breathe();
      }
      run.done.push(next);
      this.reel.keep(next, windowId, made, pictureMs);
      this.reel.makeRoom(needed);
    } catch {
      // Reading on in order comes to it too, and says what is wrong.
      this.failed.add(next);
      this.run = null;
    }
  }

  private async inflated(index: number): Promise<string> {
    const { segments } = this.manifest;
    const entry = segments[index];
    const bytes = entry && (await this.source(index));
    if (!bytes) {
      this.failed.add(index);
      throw new UnreadableReplay(
        `This file is cut short: it holds ${index} of ${segments.length} parts. ` +
          "Download or export it again.",
      );
    }
    const intact = await matches(bytes, entry);
    const text =
      intact === false
        ? null
        : await this.inflater.inflate(bytes, entry.expandedBytes).catch(() => null);
    if (text === null) {
      this.verified = false;
      this.failed.add(index);
      throw new UnreadableReplay(
        `Part ${index + 1} of ${segments.length} of this file is damaged. ` +
          "Download or export it again.",
      );
    }
    this.verified &&= intact;
    return text;
  }
}

export function breather(): Breathe {
  let since = performance.now();
  const channel = new MessageChannel();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    // A message comes back sooner than a timer, which browsers slow down when nested.
    await new Promise<void>((resolve) => {
      channel.port1.onmessage = () => resolve();
      channel.port2.postMessage(null);
    });
    since = performance.now();
  };
}
