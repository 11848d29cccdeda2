/** The line between player and panels; dragging it, or its arrow keys, moves it. */
import { h } from "./dom";

/** How much of the width the panels may have, in percent; page.css starts in between. */
const LEAST = 20;
const MOST = 65;
const START = 36;
const STEP = 3;

export function divider(root: HTMLElement): HTMLElement {
  let share = START;
  const element = h("div", {
    class: "divider",
    testid: "divider",
    attrs: {
      role: "separator",
      tabindex: "0",
      "aria-orientation": "vertical",
      "aria-label": "Width of the panels",
      "aria-valuemin": String(LEAST),
      "aria-valuemax": String(MOST),
      "aria-valuenow": String(START),
    },
  });
  const set = (wanted: number) => {
    share = Math.min(MOST, Math.max(LEAST, wanted));
    root.style.setProperty("--panel-share", `${share}%`);
    element.setAttribute("aria-valuenow", String(Math.round(share)));
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => set((1 - moved.clientX / root.clientWidth) * 100);
    const stop = () => {
      element.removeEventListener("pointermove", move);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", stop, { once: true });
    element.addEventListener("pointercancel", stop, { once: true });
  });
  element.addEventListener("keydown", (event) => {
    const steps: Record<string, number> = { ArrowLeft: STEP, ArrowRight: -STEP };
    const step = steps[event.key];
    if (step === undefined) return;
    set(share + step);
    event.preventDefault();
  });
  return element;
}
