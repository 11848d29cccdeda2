/** Draws what happened. What its rows are is decided in eventRows.ts. */
import { copyButton } from "./copying";
import { longText, timeButton } from "./details";
import { h } from "./dom";
import { type EventKind, type EventRow, filterEvents } from "./eventRows";
import { type Wanted, marked } from "./finding";
import { json } from "./json";
import { jsonView } from "./jsonView";
import { type Panel, type PanelContext, emptyWords, filterBar } from "./panel";
import { RowList, openableRow, opener } from "./rowList";

const FILTERS: [EventKind, string][] = [
  ["page", "Pages"],
  ["click", "Clicks"],
  ["rage_click", "Rage clicks"],
  ["input", "Typing"],
  ["viewport", "Resizes"],
  ["session", "Session"],
  ["custom", "App"],
];

export function eventsPanel(context: PanelContext): Panel {
  const { counts } = context.manifest;
  let rows: EventRow[] = [];
  const list = new RowList<EventRow>({
    label: "Events",
    key: (row) => [row.atMs, row.windowId, row.kind, row.title, row.detail].join(" "),
    draw: (row) => draw(row, filters.wanted, context),
    emptyText: () =>
      emptyWords(
        rows.length,
        counts.clicks + counts.inputEvents,
        "Nobody clicked or typed in this recording.",
      ),
  });
  const refresh = () => {
    const shown = filterEvents(rows, filters.chosen, filters.wanted);
    filters.setFound(shown.length, rows.length);
    list.show(shown, filters.typed);
  };
  const filters = filterBar("Search events", FILTERS, refresh);
  return {
    name: "events",
    label: "Events",
    element: h("section", { class: "panel" }, filters.element, list.element),
    load() {
      rows = context.recording.eventRows();
      filters.setCounts((kind) => rows.filter((row) => row.kind === kind).length);
      refresh();
    },
    setTime: (atMs) => list.setTime(atMs),
    shown: () => list.shown(),
    count: () => rows.length,
    alarms: () => [],
  };
}

function draw(row: EventRow, wanted: Wanted, context: PanelContext): HTMLElement {
  const head = h(
    "div",
    { class: "event-head" },
    timeButton(row.atMs, context.seek),
    h("span", { class: `dot kind-${row.kind}` }),
    opener(
      "event",
      h("bdi", { class: "title" }, ...marked(row.title, wanted)),
      h("bdi", { class: "detail" }, ...marked(row.detail, wanted)),
    ),
  );
  const { windows } = context.manifest;
  const number = windows.indexOf(row.windowId) + 1;
  const element = openableRow(
    head,
    row.detail ? () => details(row, windows.length > 1 && number > 0 ? number : null) : null,
    () => context.seek(row.atMs),
  );
  element.dataset.testid = "event-row";
  element.dataset.kind = row.kind;
  return element;
}

function details(row: EventRow, windowNumber: number | null): HTMLElement {
  const { payload } = row;
  const copied = payload === undefined ? row.detail : json(payload, 2);
  return h(
    "div",
    { class: "row-body" },
    payload === undefined ? longText(row.detail) : jsonView(payload),
    h(
      "div",
      { class: "actions" },
      copyButton("Copy", () => copied),
      windowNumber !== null && h("span", { class: "fact" }, `Window ${windowNumber}`),
    ),
  );
}
