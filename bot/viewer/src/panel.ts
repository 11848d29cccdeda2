/** What the panels beside the stage have in common. */
import { h } from "./dom";
import type { Manifest } from "./payload";
import type { Recording } from "./recording";

export interface PanelContext {
  manifest: Manifest;
  recording: Recording;
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

/** A search field that reports what is typed. */
export function searchBox(label: string, onInput: (text: string) => void): HTMLInputElement {
  const input = h("input", {
    class: "search",
    type: "search",
    attrs: { placeholder: "Search", "aria-label": label, spellcheck: "false" },
  });
  input.addEventListener("input", () => onInput(input.value));
  return input;
}

/** A filter that is on or off and says how many rows it stands for. */
export function countChip(
  label: string,
  name: string,
  onToggle: (on: boolean) => void,
  on = true,
): { element: HTMLButtonElement; setCount: (count: number) => void } {
  const count = h("span", { class: "count" }, "0");
  const element = h(
    "button",
    {
      class: `chip ${name}`,
      type: "button",
      attrs: { "aria-pressed": String(on) },
      on: {
        click: () => {
          on = !on;
          element.setAttribute("aria-pressed", String(on));
          onToggle(on);
        },
      },
    },
    label,
    count,
  );
  return {
    element,
    setCount: (value) => {
      count.textContent = String(value);
      element.classList.toggle("none", value === 0);
    },
  };
}
