/** Draws the list of requests. What its rows are is decided in networkRows.ts. */
import { saveButton } from "./downloadList";
import { millisText, sizeText, timeButton } from "./details";
import { h } from "./dom";
import { type Wanted, marked } from "./finding";
import { requestDetails, statusText } from "./networkDetails";
import {
  type NetworkKind,
  type NetworkRow,
  type NetworkTrouble,
  filterNetwork,
  foundIn,
  hostOf,
  networkRows,
} from "./networkRows";
import { type Panel, type PanelContext, emptyWords, filterBar } from "./panel";
import { RowList, openableRow, opener } from "./rowList";

const FILTERS: [NetworkKind | NetworkTrouble, string][] = [
  ["failed", "Failed"],
  ["slow", "Slow"],
  ["xhr", "Fetch/XHR"],
  ["doc", "Doc"],
  ["css", "CSS"],
  ["js", "JS"],
  ["img", "Img"],
  ["font", "Font"],
  ["other", "Other"],
];
/** The bars' scale: a fast page's bars shouldn't look slow, nor a slow one's fill up. */
const SCALE_MS = 200;

export function networkPanel(context: PanelContext): Panel {
  const ownHost = hostOf(context.manifest.pages[0]?.url ?? "");
  const { counts } = context.manifest;
  let rows: NetworkRow[] = [];
  const list = new RowList<NetworkRow>({
    label: "Requests",
    key: (row) => [row.atMs, row.windowId, row.url, row.method, row.status].join(" "),
    draw: (row) => draw(row, filters.wanted, ownHost, context),
    emptyText: () =>
      emptyWords(rows.length, counts.networkRequests, "The recording holds no requests."),
  });
  const refresh = () => {
    const shown = filterNetwork(rows, filters.chosen, filters.wanted);
    filters.setFound(shown.length, rows.length);
    list.show(shown, filters.typed);
  };
  const filters = filterBar(
    "Search URLs, headers and bodies",
    FILTERS,
    refresh,
    saveButton("har", context),
  );
  const element = h(
    "section",
    { class: "panel" },
    filters.element,
    h(
      "div",
      { class: "network-head network-titles", attrs: { "aria-hidden": "true" } },
      ...["Time", "Status", "Method", "Path", "Duration", "Size"].map((title) =>
        h("span", { class: `cell-${title.toLowerCase()}` }, title),
      ),
    ),
    list.element,
  );
  return {
    name: "network",
    label: "Network",
    element,
    load() {
      rows = networkRows(context.recording.pluginEvents, context.manifest.startMs);
      filters.setCounts((kind) => filterNetwork(rows, new Set([kind]), null).length);
      element.style.setProperty("--scale-ms", String(scaleOf(rows)));
      refresh();
    },
    setTime: (atMs) => list.setTime(atMs),
    shown: () => list.shown(),
    count: () => rows.length,
    alarms: () => rows.filter((row) => row.failing).map((row) => row.atMs),
  };
}

/** What a full bar stands for: as long as all but the slowest requests took. */
function scaleOf(rows: readonly NetworkRow[]): number {
  const durations = rows.map((row) => row.durationMs ?? 0).sort((a, b) => a - b);
  return Math.max(SCALE_MS, durations[Math.floor(durations.length * 0.95)] ?? 0);
}

function draw(
  row: NetworkRow,
  wanted: Wanted,
  ownHost: string,
  context: PanelContext,
): HTMLElement {
  const where = wanted && foundIn(row, wanted);
  const head = h(
    "div",
    { class: "network-head" },
    timeButton(row.atMs, context.seek),
    h("span", { class: "status" }, statusText(row)),
    h("span", { class: "method" }, row.method ?? row.initiator),
    opener(
      "path",
      h("bdi", {}, ...marked(row.path, wanted)),
      row.host !== ownHost && h("bdi", { class: "host" }, ...marked(row.host, wanted)),
      where && h("mark", { class: "where" }, where),
    ),
    h("span", { class: "cell-duration" }, bar(row), millisText(row.durationMs)),
    h("span", { class: "cell-size" }, row.fromCache ? "cache" : sizeText(row.sizeBytes)),
  );
  head.title = row.url.slice(0, 500);
  const element = openableRow(
    head,
    () => requestDetails(row, context.manifest.windows),
    () => context.seek(row.atMs),
  );
  element.dataset.testid = "network-row";
  element.dataset.kind = row.kind;
  if (row.failing) element.dataset.failing = "true";
  if (row.slow) element.dataset.slow = "true";
  return element;
}

/** How long the request took, and how much of that it waited for the first byte. */
function bar(row: NetworkRow): HTMLElement {
  const download = row.phases.find(({ name }) => name === "Download");
  const wait = row.durationMs && download ? download.fromMs / row.durationMs : 0;
  const element = h("i", { class: "bar" });
  element.style.setProperty("--ms", String(row.durationMs ?? 0));
  element.style.setProperty("--wait", `${Math.round(Math.min(1, wait) * 100)}%`);
  return element;
}
