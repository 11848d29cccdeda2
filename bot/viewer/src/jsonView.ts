/** Values from a recording, shown as text that unfolds. */
import { h } from "./dom";
import { parse } from "./json";

const MAX_CHILDREN = 200;
const MAX_TEXT = 20_000;

/** A value as a tree: objects and lists fold, everything else is one line of text. */
export function jsonView(value: unknown, open = true): HTMLElement {
  if (typeof value !== "object" || value === null) return leaf(value);
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item])
    : Object.entries(value);
  const details = h(
    "details",
    { class: "tree" },
    h("summary", {}, preview(value, entries.length)),
  );
  const fill = () => {
    if (details.childElementCount > 1) return;
    for (const [key, item] of entries.slice(0, MAX_CHILDREN)) {
      details.append(
        h("div", { class: "pair" }, h("span", { class: "key" }, `${key}: `), jsonView(item, false)),
      );
    }
    if (entries.length > MAX_CHILDREN) {
      details.append(h("div", { class: "pair" }, `${entries.length - MAX_CHILDREN} more`));
    }
  };
  details.addEventListener("toggle", fill);
  if (open) {
    details.open = true;
    fill();
  }
  return details;
}

/** A body's text: as a tree where it is JSON, as it is elsewhere. */
export function textView(text: string): HTMLElement {
  const value = /^\s*[[{]/.test(text) ? parse(text) : undefined;
  if (value !== undefined) return jsonView(value);
  const shown =
    text.length > MAX_TEXT
      ? `${text.slice(0, MAX_TEXT)}\n(${text.length - MAX_TEXT} more characters)`
      : text;
  return h("pre", { class: "text" }, shown);
}

function leaf(value: unknown): HTMLElement {
  const kind = value === null ? "null" : typeof value;
  const shown = typeof value === "string" ? value : String(value);
  return h("span", { class: `leaf ${kind}` }, shown);
}

function preview(value: object, count: number): string {
  if (count === 0) return Array.isArray(value) ? "[]" : "{}";
  const line = JSON.stringify(value);
  return line.length > 80 ? `${line.slice(0, 80)}...` : line;
}
