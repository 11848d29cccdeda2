/** Draws the requests. What its rows are is decided in networkRows.ts. */
import { h } from "./dom";
import { textView } from "./jsonView";
import { type Body, type NetworkRow, filterNetwork, networkRows } from "./networkRows";
import type { Panel, PanelContext } from "./panel";
import { countChip, searchBox } from "./panel";
import { RowList, openableRow, timeCell } from "./rowList";

export function networkPanel(context: PanelContext): Panel {
  let rows: NetworkRow[] = [];
  let search = "";
  let failedOnly = false;
  const list = new RowList<NetworkRow>(
    (row) => draw(row, context.seek),
    () => (rows.length ? "No request matches." : "The recording holds no requests."),
  );
  const refresh = () => list.show(filterNetwork(rows, failedOnly, search));
  const failed = countChip(
    "Failed only",
    "failed-only",
    (on) => {
      failedOnly = on;
      refresh();
    },
    false,
  );
  const element = h(
    "section",
    { class: "panel" },
    h(
      "div",
      { class: "panel-bar" },
      searchBox("Search URLs and bodies", (text) => {
        search = text;
        refresh();
      }),
      failed.element,
    ),
    h(
      "div",
      { class: "network-head network-titles" },
      ...["Time", "Status", "Method", "Path", "Duration", "Size"].map((title) =>
        h("span", {}, title),
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
      failed.setCount(rows.filter((row) => row.failing).length);
      refresh();
    },
    setTime: (atMs) => list.setTime(atMs),
    shown: () => list.shown(),
    count: () => rows.length,
    alarms: () => rows.filter((row) => row.failing).map((row) => row.atMs),
  };
}

function draw(row: NetworkRow, seek: (atMs: number) => void): HTMLElement {
  const head = h(
    "div",
    { class: "network-head" },
    timeCell(row.atMs, seek),
    h("span", { class: "status" }, statusText(row)),
    h("span", { class: "method" }, row.method ?? row.initiator),
    h(
      "span",
      { class: "path", title: row.url },
      row.path,
      h("span", { class: "host" }, row.host),
    ),
    h("span", { class: `number ${row.slow ? "slow" : ""}` }, millisText(row.durationMs)),
    h("span", { class: "number" }, row.fromCache ? "cache" : sizeText(row.sizeBytes)),
  );
  const element = openableRow(head, () => details(row), () => seek(row.atMs));
  element.dataset.testid = "network-row";
  if (row.failing) element.dataset.failing = "true";
  return element;
}

function details(row: NetworkRow): HTMLElement {
  const facts: [string, string][] = [
    ["URL", row.url],
    ["Status", statusText(row)],
    ["Method", row.method ?? "not recorded"],
    ["Started by", row.initiator],
    ["Type", row.contentType],
    ["Protocol", row.protocol],
  ];
  return h(
    "div",
    { class: "row-body" },
    pairs(facts.filter(([, value]) => value)),
    timing(row),
    headers("Request headers", row.requestHeaders),
    body("Request body", row.requestBody),
    headers("Response headers", row.responseHeaders),
    body("Response body", row.responseBody),
  );
}

function timing(row: NetworkRow): HTMLElement | null {
  const total = row.durationMs ?? 0;
  if (row.phases.length === 0 || total <= 0) return null;
  return h(
    "div",
    { class: "timing" },
    h("h4", {}, "Timing"),
    ...row.phases.map((phase) => {
      const bar = h("i");
      bar.style.left = `${Math.min(100, (phase.fromMs / total) * 100)}%`;
      bar.style.width = `${Math.min(100, (phase.durationMs / total) * 100)}%`;
      return h(
        "div",
        { class: "phase" },
        h("span", {}, phase.name),
        h("span", { class: "track" }, bar),
        h("span", { class: "number" }, millisText(phase.durationMs)),
      );
    }),
  );
}

function headers(title: string, entries: [string, string][]): HTMLElement | null {
  if (entries.length === 0) return null;
  return h("div", {}, h("h4", {}, title), pairs(entries));
}

function body(title: string, content: Body | null): HTMLElement | null {
  if (!content) return null;
  return h(
    "div",
    {},
    h("h4", {}, title),
    content.note ? h("p", { class: "fact" }, content.text) : textView(content.text),
  );
}

/** Names and values in two columns. */
export function pairs(entries: [string, string | Node][]): HTMLElement {
  return h(
    "dl",
    { class: "pairs" },
    ...entries.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

function statusText(row: NetworkRow): string {
  if (row.status !== null) return String(row.status);
  return row.failing ? "failed" : "-";
}

function millisText(ms: number | null): string {
  if (ms === null) return "-";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Bytes as people read them: 812 B, 3.4 kB, 1.2 MB. */
export function sizeText(bytes: number | null): string {
  if (bytes === null) return "-";
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
