/** What the panels beside the stage have in common. */
import { h } from "./dom";
import { type Wanted, wantedIn } from "./finding";
import type { Manifest } from "./payload";
import type { RawLines } from "./rawLines";
import type { Recording } from "./recording";

/** Typing pauses for this long before a search begins. */
const SEARCH_AFTER_MS = 120;

export interface PanelContext {
  manifest: Manifest;
  recording: Recording;
  /** All of the recording as it is in the file, for downloads. */
  lines: RawLines;
  seek: (atMs: number) => void;
}

export interface Panel {
  name: "console" | "network" | "events" | "info";
  label: string;
  element: HTMLElement;
  /** Reads the recording again: more of it is loaded. */
  load(): void;
  setTime(atMs: number): void;
  /** The panel has come to the front. */
  shown(): void;
  /** How many rows there are in all; null where counting makes no sense. */
  count(): number | null;
  /** Times of what went wrong, for the step to the next error. */
  alarms(): number[];
}

/** Why a list is empty: `all` rows are loaded of `expected` that the manifest counts. */
export function emptyWords(all: number, expected: number, none: string): string {
  if (all) return "Nothing matches the search and filters.";
  return expected ? "Not loaded yet." : none;
}

export interface Filters<Kind extends string> {
  element: HTMLElement;
  /** What the reader chose; nothing chosen is everything wanted. */
  readonly chosen: ReadonlySet<Kind>;
  readonly wanted: Wanted;
  /** What was typed, for rows that show where it was found. */
  readonly typed: string;
  /** Says how many rows each choice stands for; one without rows is not offered. */
  setCounts(countOf: (kind: Kind) => number): void;
  setFound(shown: number, all: number): void;
}

/** A search field, `buttons` beside it, and the kinds of rows to choose from. */
export function filterBar<Kind extends string>(
  label: string,
  kinds: readonly (readonly [Kind, string])[],
  onChange: () => void,
  ...buttons: HTMLElement[]
): Filters<Kind> {
  const chosen = new Set<Kind>();
  let wanted: Wanted = null;
  let typed = "";
  let timer = 0;
  const input = h("input", {
    class: "search",
    type: "search",
    attrs: { placeholder: label, "aria-label": label, spellcheck: "false" },
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      typed = input.value.trim();
      wanted = wantedIn(typed);
      onChange();
    }, SEARCH_AFTER_MS);
  });
  const found = h("span", { class: "found", attrs: { role: "status" } });
  const chips = kinds.map(([kind, name]) => {
    const count = h("span", { class: "count" }, "0");
    const element = h(
      "button",
      { class: `chip kind-${kind}`, type: "button", attrs: { "aria-pressed": "false" } },
      name,
      " ",
      count,
    );
    element.addEventListener("click", () => {
      if (!chosen.delete(kind)) chosen.add(kind);
      element.setAttribute("aria-pressed", String(chosen.has(kind)));
      onChange();
    });
    return { kind, element, count };
  });
  return {
    element: h(
      "div",
      { class: "panel-bar" },
      h("div", { class: "search-line" }, input, found, ...buttons),
      h(
        "div",
        { class: "chips", attrs: { role: "group", "aria-label": "Show only" } },
        ...chips.map(({ element }) => element),
      ),
    ),
    chosen,
    get wanted() {
      return wanted;
    },
    get typed() {
      return typed;
    },
    setCounts(countOf) {
      for (const { kind, element, count } of chips) {
        const rows = countOf(kind);
        count.textContent = String(rows);
        element.hidden = rows === 0 && !chosen.has(kind);
      }
    },
    setFound(shown, all) {
      found.textContent = wanted || chosen.size ? `${shown} of ${all}` : "";
    },
  };
}
