/** Draws the console. What its rows are is decided in consoleRows.ts. */
import {
  type ConsoleLevel,
  type ConsoleRow,
  consoleRows,
  filterConsole,
} from "./consoleRows";
import { h, icon } from "./dom";
import { jsonView } from "./jsonView";
import type { Panel, PanelContext } from "./panel";
import { countChip, searchBox } from "./panel";
import { RowList, openableRow, timeCell } from "./rowList";

const LEVELS: [ConsoleLevel, string][] = [
  ["error", "Errors"],
  ["warn", "Warnings"],
  ["info", "Info"],
  ["debug", "Verbose"],
];

export function consolePanel(context: PanelContext): Panel {
  const levels = new Set<ConsoleLevel>(LEVELS.map(([level]) => level));
  let rows: ConsoleRow[] = [];
  let search = "";
  const list = new RowList<ConsoleRow>(
    (row) => draw(row, context.seek),
    () => (rows.length ? "No console line matches." : "The page wrote nothing to the console."),
  );
  const refresh = () => list.show(filterConsole(rows, levels, search));
  const chips = LEVELS.map(([level, label]) => ({
    level,
    chip: countChip(label, `level-${level}`, (on) => {
      if (on) levels.add(level);
      else levels.delete(level);
      refresh();
    }),
  }));
  const element = h(
    "section",
    { class: "panel" },
    h(
      "div",
      { class: "panel-bar" },
      searchBox("Search the console", (text) => {
        search = text;
        refresh();
      }),
      ...chips.map(({ chip }) => chip.element),
    ),
    list.element,
  );
  return {
    name: "console",
    label: "Console",
    element,
    load() {
      rows = consoleRows(context.recording.pluginEvents, context.manifest.startMs);
      for (const { level, chip } of chips) {
        chip.setCount(rows.filter((row) => row.level === level).length);
      }
      refresh();
    },
    setTime: (atMs) => list.setTime(atMs),
    shown: () => list.shown(),
    count: () => rows.length,
    alarms: () => rows.filter((row) => row.level === "error").map((row) => row.atMs),
  };
}

function draw(row: ConsoleRow, seek: (atMs: number) => void): HTMLElement {
  const head = h(
    "div",
    { class: "console-head" },
    timeCell(row.atMs, seek),
    icon("chevron"),
    h("span", { class: "summary" }, row.summary || "(empty line)"),
    h("span", { class: "origin" }, shortOrigin(row.trace[0] ?? "")),
  );
  const element = openableRow(head, () => details(row), () => seek(row.atMs));
  element.dataset.testid = "console-row";
  element.dataset.level = row.level;
  return element;
}

function details(row: ConsoleRow): HTMLElement {
  return h(
    "div",
    { class: "row-body" },
    ...row.args.map((arg) => h("div", { class: "arg" }, jsonView(arg))),
    row.trace.length > 0 &&
      h("ol", { class: "trace" }, ...row.trace.map((line) => h("li", {}, line))),
    h("p", { class: "fact" }, `console.${row.method}`),
  );
}

/** File and line of a caller: what a developer recognises at a glance. */
function shortOrigin(caller: string): string {
  const match = /([^/\s()?:]*)(?:\?[^:\s)]*)?:(\d+)(?::\d+)?\)?$/.exec(caller.slice(-200));
  return match ? `${match[1] || "page"}:${match[2]}` : "";
}
