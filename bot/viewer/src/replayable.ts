/**
 * Recorded events made what the replayer gets, window by window: inert, web events only,
 * each full snapshot behind a size of its own. A window's events come in order from a
 * full snapshot on; nothing here touches the page.
 */
import type { Assets } from "./assetIndex";
import { number } from "./json";
import { MobileScreen, sizeOfWireframes } from "./mobile";
import type { NodeIndex } from "./nodes";
import { EventType, type RrwebEvent, Source, type WindowEvent } from "./rrweb";
import { Sanitizer } from "./sanitize";

const DEFAULT_SIZE = { width: 1280, height: 800 };

interface WindowState {
  mobile: MobileScreen;
  sanitizer: Sanitizer;
  size: { width: number; height: number };
  /** Whether a Meta event said the size; until then it is a guess. */
  hasSize: boolean;
  heldMeta: RrwebEvent | null;
}

/** Called for each event that could be read, with the nodes of its window. */
export type Witness = (windowId: string, event: RrwebEvent, nodes: NodeIndex) => void;

export class Preparer {
  /** Events of a shape nobody has seen; shown as a note, never fatal. */
  skipped = 0;
  private readonly windows = new Map<string, WindowState>();

  constructor(
    private readonly firstSize: { width: number; height: number } | null,
    private readonly assets: Assets,
    private readonly witness: Witness = () => undefined,
  ) {}

  /** The events to replay in place of one event, which is changed in place. */
  take({ windowId, event }: WindowEvent): RrwebEvent[] {
    const state = this.stateOf(windowId);
    try {
      const web = state.mobile.apply(event);
      if (!state.hasSize) state.size = sizeOfWireframes(event.data) ?? state.size;
      const made = prepare(state, web);
      this.witness(windowId, web, state.sanitizer.nodes);
      return made;
    } catch {
      // One such event must not cost the rest of the replay.
      this.skipped += 1;
      return [];
    }
  }

  private stateOf(windowId: string): WindowState {
    let state = this.windows.get(windowId);
    if (!state) {
      state = {
        mobile: new MobileScreen(),
        sanitizer: new Sanitizer(this.assets),
        size: this.firstSize ?? DEFAULT_SIZE,
        hasSize: false,
        heldMeta: null,
      };
      this.windows.set(windowId, state);
    }
    return state;
  }
}

/**
 * The replayer restarts a seek at the last Meta event and expects the full snapshot
 * right behind it, so each full snapshot is given its own, and a Meta without one
 * becomes a change of size.
 */
function prepare(state: WindowState, event: RrwebEvent): RrwebEvent[] {
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
