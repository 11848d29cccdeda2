/** Draws what happened. What its rows are is decided in eventRows.ts. */
import { h } from "./dom";
import { type EventKind, type EventRow, filterEvents } from "./eventRows";
import type { Panel, PanelContext } from "./panel";
import { countChip, searchBox } from "./panel";
import { RowList, openableRow, timeCell } from "./rowList";

const FILTERS: [EventKind[], string][] = [
  [["page"], "Pages"],
  [["click", "rage_click"], "Clicks"],
  [["input"], "Typing"],
  [["custom"], "Other"],
];

export function eventsPanel(context: PanelContext): Panel {
  const kinds = new Set<EventKind>(FILTERS.flatMap(([members]) => members));
  let rows: EventRow[] = [];
  let search = "";
  const list = new RowList<EventRow>(
    (row) => draw(row, context.seek),
    () => (rows.length ? "No event matches." : "Nobody clicked or typed in this recording."),
  );
  const refresh = () => list.show(filterEvents(rows, kinds, search));
  const chips = FILTERS.map(([members, label]) => ({
    members,
    chip: countChip(label, `kind-${members[0]}`, (on) => {
      for (const kind of members) {
        if (on) kinds.add(kind);
        else kinds.delete(kind);
      }
      refresh();
    }),
  }));
  const element = h(
    "section",
    { class: "panel" },
    h(
      "div",
      { class: "panel-bar" },
      searchBox("Search events", (text) => {
        search = text;
        refresh();
      }),
      ...chips.map(({ chip }) => chip.element),
    ),
    list.element,
  );
  return {
    name: "events",
    label: "Events",
    element,
    load() {
      rows = context.recording.eventRows();
      for (const { members, chip } of chips) {
        chip.setCount(rows.filter((row) => members.includes(row.kind)).length);
      }
      refresh();
    },
    setTime: (atMs) => list.setTime(atMs),
    shown: () => list.shown(),
    count: () => rows.length,
    alarms: () => [],
  };
}

function draw(row: EventRow, seek: (atMs: number) => void): HTMLElement {
  const head = h(
    "div",
    { class: "event-head" },
    timeCell(row.atMs, seek),
    h("span", { class: `dot kind-${row.kind}` }),
    h("span", { class: "title" }, row.title),
    h("span", { class: "detail", title: row.detail }, row.detail),
  );
  const element = openableRow(head, null, () => seek(row.atMs));
  element.dataset.testid = "event-row";
  element.dataset.kind = row.kind;
  return element;
}
