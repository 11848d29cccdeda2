/**
 * The rrweb event types and incremental sources this viewer tells apart. Numbers are
 * rrweb 2's; everything inside `data` is read through json.ts, never trusted.
 */
import type { JsonObject } from "./json";

export interface RrwebEvent {
  type: number;
  /** Epoch milliseconds. */
  timestamp: number;
  data: JsonObject;
}

/** One rrweb event of one window (browser tab) of the recording. */
export interface WindowEvent {
  windowId: string;
  event: RrwebEvent;
}

export const EventType = {
  FullSnapshot: 2,
  Incremental: 3,
  Meta: 4,
  Custom: 5,
  Plugin: 6,
} as const;

export const Source = {
  Mutation: 0,
  MouseMove: 1,
  MouseInteraction: 2,
  Scroll: 3,
  ViewportResize: 4,
  Input: 5,
  TouchMove: 6,
  MediaInteraction: 7,
  StyleSheetRule: 8,
  CanvasMutation: 9,
  Font: 10,
  Drag: 12,
  StyleDeclaration: 13,
  AdoptedStyleSheet: 15,
} as const;

export const MouseInteraction = {
  Click: 2,
  ContextMenu: 3,
  DblClick: 4,
  TouchStart: 7,
  TouchEnd: 9,
} as const;

export const CONSOLE_PLUGIN = "rrweb/console@1";
export const NETWORK_PLUGIN = "rrweb/network@1";

/** The event's incremental source, or null if it is of another type. */
export function sourceOf(event: RrwebEvent): number | null {
  return event.type === EventType.Incremental && typeof event.data.source === "number"
    ? event.data.source
    : null;
}

/** An event that changes attributes of one element. */
export function attributeChange(
  id: number,
  attributes: JsonObject,
  timestamp: number,
): RrwebEvent {
  const none: unknown[] = [];
  return {
    type: EventType.Incremental,
    timestamp,
    data: {
      source: Source.Mutation,
      texts: none,
      removes: none,
      adds: none,
      attributes: [{ id, attributes }],
    },
  };
}
