/** Values from a recording, shown as text that unfolds. */
import { longText, moreButton } from "./details";
import { h } from "./dom";
import { preview } from "./json";

const STEP_CHILDREN = 100;

/** A value as a tree: objects and lists fold, everything else is one line of text. */
export function jsonView(value: unknown, open = true): HTMLElement {
  if (typeof value !== "object" || value === null) return leaf(value);
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  const details = h("details", { class: "tree" }, h("summary", {}, preview(value)));
  const fill = () => {
    if (details.childElementCount === 1) addChildren(details, value, 0);
  };
  details.addEventListener("toggle", fill);
  if (open && count) {
    details.open = true;
    fill();
  }
  return details;
}

function addChildren(holder: HTMLElement, value: object, from: number): void {
  const names = Object.keys(value);
  for (const name of names.slice(from, from + STEP_CHILDREN)) {
    const child = (value as Record<string, unknown>)[name];
    holder.append(
      h("div", { class: "pair" }, h("span", { class: "key" }, `${name}: `), jsonView(child, false)),
    );
  }
  const left = names.length - from - STEP_CHILDREN;
  if (left <= 0) return;
  const more = moreButton(`${left} more`, () => {
    more.remove();
    addChildren(holder, value, from + STEP_CHILDREN);
  });
  holder.append(more);
}

function leaf(value: unknown): HTMLElement {
  const kind = value === null ? "null" : typeof value;
  const shown = typeof value === "string" ? value : String(value);
  return shown.length > 1000 ? longText(shown) : h("span", { class: `leaf ${kind}` }, shown);
}
