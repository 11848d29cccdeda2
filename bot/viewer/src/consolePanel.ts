/** Draws the console. What its rows are is decided in consoleRows.ts. */
import {
  type ConsoleLevel,
  type ConsoleRow,
  consoleRows,
  filterConsole,
  joinRepeats,
  lineText,
  splitStack,
} from "./consoleRows";
import { copyButton } from "./copying";
import { foldable, longText, timeButton } from "./details";
import { h, icon } from "./dom";
import { saveButton } from "./downloadList";
import { type Wanted, marked } from "./finding";
import { jsonView } from "./jsonView";
import { type Panel, type PanelContext, emptyWords, filterBar } from "./panel";
import { RowList, openableRow, opener } from "./rowList";

const LEVELS: [ConsoleLevel, string][] = [
  ["error", "Errors"],
  ["warn", "Warnings"],
  ["info", "Info"],
  ["debug", "Verbose"],
];
const SHOWN_REPEATS = 40;

export function consolePanel(context: PanelContext): Panel {
  const levels = Object.values(context.manifest.counts.console);
  const written = levels.reduce((sum, count) => sum + count, 0);
  const isLeftOut = context.manifest.removed.some(({ kind }) => kind === "console");
  let rows: ConsoleRow[] = [];
  const list = new RowList<ConsoleRow>({
    label: "Console lines",
    key: (row) => [row.atMs, row.windowId, row.method, row.times.length, row.summary].join(" "),
    draw: (row) => draw(row, filters.wanted, context.seek),
    emptyText: () =>
      emptyWords(
        rows.length,
        written,
        isLeftOut
          ? "The console was left out of this copy."
          : "The page wrote nothing to the console.",
      ),
  });
  const refresh = () => {
    const shown = filterConsole(rows, filters.chosen, filters.wanted);
    filters.setFound(shown.length, rows.length);
    list.show(joinRepeats(shown), filters.typed);
  };
  const filters = filterBar(
    "Search the console",
    LEVELS,
    refresh,
    saveButton("console", context),
  );
  return {
    name: "console",
    label: "Console",
    element: h("section", { class: "panel" }, filters.element, list.element),
    load() {
      rows = consoleRows(context.recording.pluginEvents, context.manifest.startMs);
      filters.setCounts((level) => rows.filter((row) => row.level === level).length);
      refresh();
    },
    setTime: (atMs) => list.setTime(atMs),
    shown: () => list.shown(),
    count: () => rows.length,
    alarms: () => rows.filter((row) => row.level === "error").map((row) => row.atMs),
  };
}

function draw(row: ConsoleRow, wanted: Wanted, seek: (atMs: number) => void): HTMLElement {
  const times = row.times.length;
  const head = h(
    "div",
    { class: "console-head" },
    timeButton(row.atMs, seek),
    icon("chevron"),
    opener(
      "summary",
      times > 1 &&
        h("span", { class: "times", title: `Written ${times} times` }, `${times} `),
      h("bdi", {}, ...marked(row.summary || "(empty line)", wanted)),
    ),
    h("span", { class: "origin" }, shortOrigin(row.trace[0] ?? "")),
  );
  const element = openableRow(head, () => details(row, seek), () => seek(row.atMs));
  element.dataset.testid = "console-row";
  element.dataset.level = row.level;
  return element;
}

function details(row: ConsoleRow, seek: (atMs: number) => void): HTMLElement {
  return h(
    "div",
    { class: "row-body" },
    ...row.args.map(argument),
    frames("Called from", row.trace),
    row.times.length > 1 &&
      h(
        "p",
        { class: "fact repeats" },
        `Written ${row.times.length} times: `,
        ...row.times.slice(0, SHOWN_REPEATS).map((atMs) => timeButton(atMs, seek)),
        row.times.length > SHOWN_REPEATS && "\u2026",
      ),
    h(
      "div",
      { class: "actions" },
      copyButton("Copy line", () => lineText(row)),
      h("span", { class: "fact" }, `console.${row.method}`),
    ),
  );
}

function argument(value: unknown): HTMLElement {
  if (typeof value !== "string") return h("div", { class: "arg" }, jsonView(value));
  const { message, frames: stack } = splitStack(value);
  return h("div", { class: "arg" }, longText(message), frames("Stack trace", stack));
}

function frames(title: string, lines: string[]): HTMLElement | null {
  if (lines.length === 0) return null;
  const trace = h(
    "ol",
    { class: "trace" },
    ...lines.slice(0, 200).map((line) => h("li", {}, line.replace(/^at /, ""))),
  );
  return foldable(title, String(lines.length), false, trace);
}

/** File and line of a caller: what a developer recognises at a glance. */
function shortOrigin(caller: string): string {
  const match = /([^/\s()?:]*)(?:\?[^:\s)]*)?:(\d+)(?::\d+)?\)?$/.exec(caller.slice(-200));
  return match ? `${match[1] || "page"}:${match[2]}` : "";
}
