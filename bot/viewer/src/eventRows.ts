/** What happened, in words: page changes, clicks, typing, the app's own events. */
import { type Wanted, holds } from "./finding";
import { object, preview, text } from "./json";
import type { NodeIndex } from "./nodes";
import { EventType, MouseInteraction, type RrwebEvent, Source, sourceOf } from "./rrweb";

export type EventKind =
  | "page"
  | "click"
  | "rage_click"
  | "input"
  | "viewport"
  | "session"
  | "custom";

export interface EventRow {
  atMs: number;
  windowId: string;
  kind: EventKind;
  title: string;
  detail: string;
  /** What the app sent along, to look into. */
  payload?: unknown;
  /** Rows of one key that follow each other are one row: typing into one field. */
  mergeKey: string | null;
}

/** Recorder bookkeeping that tells a reader nothing. */
const SILENT_TAGS = new Set([
  "$session_options",
  "$posthog_config",
  "$remote_config_received",
  "$recording_started",
  "samplingDecisionMade",
  "linkedFlagSeen",
  "chrome-extension-stripped",
]);

const TAG_TITLES: Record<string, string> = {
  $session_id_change: "New session began",
  $session_ending: "Session ended",
  $session_starting: "Session started",
  sessionIdle: "Went idle",
  sessionNoLongerIdle: "Came back",
  "recording paused": "Recording paused",
  "recording resumed": "Recording resumed",
  "browser offline": "Browser went offline",
  "browser online": "Browser came online",
  "window hidden": "Switched away from the tab",
  "window visible": "Came back to the tab",
};

const CLICK_TITLES: Record<number, string> = {
  [MouseInteraction.Click]: "Clicked",
  [MouseInteraction.ContextMenu]: "Right-clicked",
  [MouseInteraction.DblClick]: "Double-clicked",
};

const DETAIL_CHARS = 300;

/** The row that one rrweb event makes, or null for the many that make none. */
export function eventRow(
  event: RrwebEvent,
  windowId: string,
  startMs: number,
  nodes: NodeIndex,
): EventRow | null {
  const said = describe(event, nodes);
  if (!said) return null;
  return { atMs: event.timestamp - startMs, windowId, mergeKey: null, ...said };
}

/** The rows in time order, with repeats of one thing joined into its last state. */
export function joinRows(rows: readonly EventRow[]): EventRow[] {
  const joined: EventRow[] = [];
  for (const row of [...rows].sort((left, right) => left.atMs - right.atMs)) {
    const before = joined.at(-1);
    if (row.mergeKey !== null && before?.mergeKey === row.mergeKey) {
      joined[joined.length - 1] = { ...row, atMs: before.atMs };
    } else {
      joined.push(row);
    }
  }
  return joined;
}

type Said = Pick<EventRow, "kind" | "title" | "detail" | "payload"> & { mergeKey?: string };

function describe(event: RrwebEvent, nodes: NodeIndex): Said | null {
  const { data } = event;
  if (event.type === EventType.Meta) return page(text(data.href) ?? "");
  if (event.type === EventType.Custom) return custom(text(data.tag) ?? "", data.payload);
  switch (sourceOf(event)) {
    case Source.MouseInteraction: {
      const title = data.tapped === true ? "Tapped" : CLICK_TITLES[Number(data.type)];
      return title ? { kind: "click", title, detail: nodes.labelOf(Number(data.id)) } : null;
    }
    case Source.Input:
      return input(data, nodes);
    case Source.ViewportResize:
      return {
        kind: "viewport",
        title: "Resized the window",
        detail: `${Number(data.width)} \u00d7 ${Number(data.height)}`,
        mergeKey: "resize",
      };
    default:
      return null;
  }
}

function page(url: string): Said | null {
  return url ? { kind: "page", title: "Page", detail: url, mergeKey: `page ${url}` } : null;
}

function custom(tag: string, payload: unknown): Said | null {
  if (!tag || SILENT_TAGS.has(tag)) return null;
  const fields = object(payload);
  if (tag === "$pageview" || tag === "$url_changed") return page(text(fields.href) ?? "");
  const hasFields = Object.keys(fields).length > 0;
  const known = Object.hasOwn(TAG_TITLES, tag) ? TAG_TITLES[tag] : undefined;
  return {
    kind: known ? "session" : "custom",
    title: known ?? clip(tag),
    detail: hasFields ? preview(fields, DETAIL_CHARS) : clip(text(payload) ?? ""),
    ...(hasFields && { payload }),
  };
}

function input(data: RrwebEvent["data"], nodes: NodeIndex): Said {
  const id = Number(data.id);
  const attributes = nodes.attributesOf(id);
  const type = text(attributes.type) ?? "";
  const field = nodes.labelOf(id);
  if (type === "checkbox" || type === "radio") {
    const title = data.isChecked === true ? "Checked" : "Unchecked";
    return { kind: "input", title, detail: field, mergeKey: `check ${id}` };
  }
  const value = text(data.text) ?? "";
  const title = nodes.tagOf(id) === "select" ? "Chose" : "Typed";
  return {
    kind: "input",
    title,
    detail: clip(value ? `${value} \u2192 ${field}` : `(emptied) \u2192 ${field}`),
    mergeKey: `input ${id}`,
  };
}

function clip(line: string): string {
  return line.length > DETAIL_CHARS ? `${line.slice(0, DETAIL_CHARS)}...` : line;
}

/** The rows of a chosen kind, of any where none is chosen, that hold what is wanted. */
export function filterEvents(
  rows: readonly EventRow[],
  chosen: ReadonlySet<EventKind>,
  wanted: Wanted,
): EventRow[] {
  return rows.filter(
    (row) =>
      (!chosen.size || chosen.has(row.kind)) && holds(`${row.title} ${row.detail}`, wanted),
  );
}
