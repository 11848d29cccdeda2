/** Pieces that the details of rows and the Info tab are put together from. */
import { h } from "./dom";
import { clockText } from "./timeline";

/** Text longer than this is cut until the reader asks for all of it. */
const CUT_CHARS = 4000;
const CUT_PAIRS = 100;

/** Which sections the reader opened or closed: the next details look the same. */
const sectionsOpen = new Map<string, boolean>();

/** A part of some details that folds, with a count beside its title. */
export function foldable(
  title: string,
  note: string,
  open: boolean,
  ...content: (Node | null | false)[]
): HTMLElement {
  const element = h(
    "details",
    { class: "fold" },
    h("summary", {}, title, " ", note && h("span", { class: "note" }, note)),
    ...content,
  );
  element.open = sectionsOpen.get(title) ?? open;
  element.addEventListener("toggle", () => sectionsOpen.set(title, element.open));
  return element;
}

/** Text of any length, cut with a button that shows the rest. */
export function longText(text: string): HTMLElement {
  const element = h("pre", { class: "text" }, text.slice(0, CUT_CHARS));
  if (text.length > CUT_CHARS) {
    element.append(
      "\u2026\n",
      moreButton(`Show all ${text.length.toLocaleString("en")} characters`, () => {
        element.textContent = text;
      }),
    );
  }
  return element;
}

/** Names and values in two columns. */
export function pairs(entries: [string, string | Node][]): HTMLElement {
  const columns = (some: typeof entries) =>
    some.flatMap(([name, value]) => [
      h("dt", {}, name),
      h("dd", {}, typeof value === "string" && value.length > CUT_CHARS ? longText(value) : value),
    ]);
  const element = h("dl", { class: "pairs" }, ...columns(entries.slice(0, CUT_PAIRS)));
  if (entries.length <= CUT_PAIRS) return element;
  const holder = h("div", {}, element);
  const more = moreButton(`Show all ${entries.length} lines`, () => {
    element.append(...columns(entries.slice(CUT_PAIRS)));
    more.remove();
  });
  holder.append(more);
  return holder;
}

/** A button that shows what was left out. */
export function moreButton(label: string, show: () => void): HTMLButtonElement {
  return h("button", { class: "more", type: "button", on: { click: show } }, label);
}

/** The time of a moment; choosing it goes there. */
export function timeButton(atMs: number, seek: (atMs: number) => void): HTMLButtonElement {
  const clock = clockText(atMs);
  return h(
    "button",
    {
      class: "at",
      type: "button",
      title: "Go to this moment",
      attrs: { "aria-label": `Go to ${clock}` },
      on: {
        click: (event) => {
          event.stopPropagation();
          seek(atMs);
        },
      },
    },
    clock,
  );
}

/** Milliseconds as people read them: 0.3 ms, 12 ms, 3.4 s. */
export function millisText(ms: number | null): string {
  if (ms === null) return "-";
  if (ms > 0 && ms < 1) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Bytes as people read them: 812 B, 3.4 kB, 1.2 MB. */
export function sizeText(bytes: number | null): string {
  if (bytes === null) return "-";
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
