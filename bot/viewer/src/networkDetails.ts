/** Everything known of one request: facts, timing, headers and bodies, ready to copy. */
import { bodyView } from "./bodyView";
import { copyButton } from "./copying";
import { curlCommand } from "./curl";
import { foldable, longText, millisText, pairs, sizeText } from "./details";
import { h } from "./dom";
import type { Body, NetworkRow } from "./networkRows";

/** The details of a request made in one of `windows`. */
export function requestDetails(row: NetworkRow, windows: readonly string[]): HTMLElement {
  const command = curlCommand(row);
  const response = row.responseBody?.note === false ? row.responseBody.text : null;
  const query = queryOf(row.url);
  return h(
    "div",
    { class: "row-body", testid: "request-details" },
    h(
      "div",
      { class: "actions" },
      command && copyButton("Copy as cURL", () => command),
      copyButton("Copy URL", () => row.url),
      response !== null && copyButton("Copy response", () => response),
    ),
    foldable("General", "", true, pairs(facts(row, windows))),
    timing(row),
    query.length > 0 && foldable("Query", String(query.length), false, pairs(query)),
    headers("Request headers", row.requestHeaders),
    body("Request body", row.requestBody, typeIn(row.requestHeaders)),
    headers("Response headers", row.responseHeaders),
    body("Response body", row.responseBody, row.contentType || typeIn(row.responseHeaders)),
  );
}

/** The status as a word or number; a request without one failed or hid it. */
export function statusText(row: NetworkRow): string {
  if (row.status !== null) return String(row.status);
  return row.failing ? "failed" : "-";
}

function facts(row: NetworkRow, windows: readonly string[]): [string, string | Node][] {
  const hidden = row.status === null && !row.failing ? "hidden by the browser" : null;
  const entries: [string, string | Node | false][] = [
    ["URL", longText(row.url)],
    ["Status", hidden ?? statusText(row)],
    ["Method", row.method ?? "not recorded"],
    ["Started by", row.initiator],
    ["Type", row.contentType],
    ["Protocol", row.protocol],
    ["Transferred", row.fromCache ? "nothing, from the cache" : known(row.sizeBytes)],
    ["Unpacked", known(row.decodedBytes)],
    ["Window", windows.length > 1 && String(windows.indexOf(row.windowId) + 1)],
  ];
  return entries.filter((entry): entry is [string, string | Node] => Boolean(entry[1]));
}

function known(bytes: number | null): string {
  return bytes === null ? "" : sizeText(bytes);
}

function timing(row: NetworkRow): HTMLElement | null {
  const total = row.durationMs ?? 0;
  if (row.phases.length === 0 || total <= 0) return null;
  return foldable(
    "Timing",
    millisText(total),
    true,
    ...row.phases.map((phase) => {
      const bar = h("i");
      bar.style.left = `${Math.min(99, (phase.fromMs / total) * 100)}%`;
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
  return entries.length ? foldable(title, String(entries.length), false, pairs(entries)) : null;
}

function body(title: string, content: Body | null, contentType: string): HTMLElement | null {
  if (!content) return null;
  const note = content.note ? "not kept" : sizeText(content.text.length);
  return foldable(
    title,
    note,
    true,
    content.note ? h("p", { class: "fact" }, content.text) : bodyView(content.text, contentType),
  );
}

function typeIn(entries: readonly [string, string][]): string {
  return entries.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
}

function queryOf(url: string): [string, string][] {
  const query = (url.split("#", 1)[0] ?? "").split("?").slice(1).join("?");
  return [...new URLSearchParams(query)];
}
