/**
 * The recording as far as it is loaded: replayable events per window, and what the
 * panels are made of. Segments go in, in order; nothing here touches the page.
 */
import { type EventRow, eventRow, joinRows } from "./eventRows";
import { number, object, parse } from "./json";
import { MobileScreen, sizeOfWireframes } from "./mobile";
import type { Manifest } from "./payload";
import { EventType, type RrwebEvent, Source, type WindowEvent } from "./rrweb";
import { Sanitizer } from "./sanitize";
import { type Activity, claimsWindow, isActive } from "./timeline";

const DEFAULT_VIEWPORT = { width: 1280, height: 800 };

interface WindowState {
  events: RrwebEvent[];
  mobile: MobileScreen;
  sanitizer: Sanitizer;
  size: { width: number; height: number };
  /** Whether a Meta event said the size; until then it is a guess. */
  hasSize: boolean;
  heldMeta: RrwebEvent | null;
  hasPicture: boolean;
}

export class Recording {
  /** Console and network events, as they came. */
  readonly pluginEvents: WindowEvent[] = [];
  readonly activity: Activity[] = [];
  /** Activity and page loads: what brings a window to the front. */
  readonly claims: Activity[] = [];
  /** Lines that were not an event; shown as a note, never fatal. */
  skipped = 0;

  private readonly windows = new Map<string, WindowState>();
  private readonly rows: EventRow[] = [];

  constructor(private readonly manifest: Manifest) {}

  /** Window ids in order of appearance. */
  get windowIds(): string[] {
    return [...this.windows.keys()];
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

  /** The events to replay in one window, in time order. */
  eventsOf(windowId: string): readonly RrwebEvent[] {
    return this.windows.get(windowId)?.events ?? [];
  }

  /** Whether the window has a full snapshot yet, without which there is no picture. */
  hasPicture(windowId: string): boolean {
    return this.windows.get(windowId)?.hasPicture ?? false;
  }

  /**
   * Adds the lines of one segment. Long segments are read in slices, with `breathe`
   * awaited between them. Returns the new events to replay.
   */
  async add(ndjson: string, breathe: () => Promise<void>): Promise<WindowEvent[]> {
    const events: WindowEvent[] = [];
    let from = 0;
    while (from < ndjson.length) {
      const newline = ndjson.indexOf("\n", from);
      const to = newline < 0 ? ndjson.length : newline;
      const read = to > from ? readLine(ndjson.slice(from, to)) : undefined;
      if (read) events.push(read);
      else if (read === null) this.skipped += 1;
      from = to + 1;
      await breathe();
    }
    events.sort((left, right) => left.event.timestamp - right.event.timestamp);
    const replayable: WindowEvent[] = [];
    for (const item of events) {
      for (const event of this.take(item)) {
        replayable.push({ windowId: item.windowId, event });
      }
      await breathe();
    }
    return replayable;
  }

  private take({ windowId, event }: WindowEvent): RrwebEvent[] {
    const state = this.stateOf(windowId);
    if (event.type === EventType.Plugin) {
      this.pluginEvents.push({ windowId, event });
      return [];
    }
    try {
      const web = state.mobile.apply(event);
      if (!state.hasSize) state.size = sizeOfWireframes(event.data) ?? state.size;
      const made = this.prepare(state, web);
      this.note(windowId, web, state);
      for (const one of made) insert(state.events, one);
      return made;
    } catch {
      // One event of a shape nobody has seen must not cost the rest of the replay.
      this.skipped += 1;
      return [];
    }
  }

  private note(windowId: string, event: RrwebEvent, state: WindowState): void {
    const atMs = event.timestamp - this.manifest.startMs;
    if (isActive(event)) this.activity.push({ atMs, windowId });
    if (claimsWindow(event)) this.claims.push({ atMs, windowId });
    const row = eventRow(event, windowId, this.manifest.startMs, state.sanitizer.nodes);
    if (row) this.rows.push(row);
  }

  /**
   * The events the replayer gets for `event`. The replayer restarts a seek at the last
   * Meta event and expects the full snapshot right behind it, so each full snapshot is
   * given its own, and a Meta without one becomes a change of size.
   */
  private prepare(state: WindowState, event: RrwebEvent): RrwebEvent[] {
    if (event.type === EventType.Meta) {
      state.size = {
        width: number(event.data.width) ?? state.size.width,
        height: number(event.data.height) ?? state.size.height,
      };
      state.hasSize = true;
      state.heldMeta = event;
      return [];
    }
    const inert = state.sanitizer.apply(event);
    const { timestamp } = event;
    if (event.type === EventType.FullSnapshot) {
      state.heldMeta = null;
      state.hasPicture = true;
      return [{ type: EventType.Meta, timestamp, data: { href: "", ...state.size } }, ...inert];
    }
    if (event.type !== EventType.Incremental || inert.length === 0) return [];
    if (state.heldMeta) {
      state.heldMeta = null;
      const data = { source: Source.ViewportResize, ...state.size };
      return [{ type: EventType.Incremental, timestamp, data }, ...inert];
    }
    return inert;
  }

  private stateOf(windowId: string): WindowState {
    let state = this.windows.get(windowId);
    if (!state) {
      state = {
        events: [],
        mobile: new MobileScreen(),
        sanitizer: new Sanitizer(),
        size: this.manifest.viewport ?? DEFAULT_VIEWPORT,
        hasSize: false,
        heldMeta: null,
        hasPicture: false,
      };
      this.windows.set(windowId, state);
    }
    return state;
  }
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

function insert(events: RrwebEvent[], event: RrwebEvent): void {
  let index = events.length;
  while (index > 0 && (events[index - 1]?.timestamp ?? 0) > event.timestamp) index--;
  events.splice(index, 0, event);
}
