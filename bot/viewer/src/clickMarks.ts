/**
 * Rings where somebody clicked or tapped. They stay for a moment of the reader's time,
 * however fast the recording runs, and for as long as it stands still.
 */
import { h } from "./dom";
import { MouseInteraction, type RrwebEvent, Source, sourceOf } from "./rrweb";

const MOST = 12;
/** A tap also makes a click, at the same place and a little later. */
const SAME_MS = 600;
const SAME_PX = 12;

const SHOWN = new Set<unknown>([
  MouseInteraction.Click,
  MouseInteraction.ContextMenu,
  MouseInteraction.TouchStart,
]);

/** Whether the event is one that leaves a ring. */
export function isClick(event: RrwebEvent): boolean {
  return sourceOf(event) === Source.MouseInteraction && SHOWN.has(event.data.type);
}

export class ClickMarks {
  readonly element = h("div", { class: "click-marks" });
  private last = { atMs: -Infinity, x: 0, y: 0 };

  /** A ring at `x`, `y` of the recorded page, for a click at `atMs`. */
  show(x: number, y: number, atMs: number): void {
    const { last } = this;
    this.last = { atMs, x, y };
    const near = Math.hypot(x - last.x, y - last.y) < SAME_PX;
    if (near && Math.abs(atMs - last.atMs) < SAME_MS && this.element.lastChild) return;
    const ring = h("i", { testid: "click-mark", on: { animationend: () => ring.remove() } });
    ring.dataset.atMs = String(atMs);
    ring.style.left = `${x}px`;
    ring.style.top = `${y}px`;
    this.element.append(ring);
    if (this.element.childElementCount > MOST) this.element.firstChild?.remove();
  }

  /** Takes away the rings of clicks outside of that time: the reader went elsewhere. */
  keepBetween(fromMs: number, toMs: number): void {
    for (const ring of this.element.querySelectorAll("i")) {
      const atMs = Number(ring.dataset.atMs);
      if (atMs < fromMs || atMs > toMs) ring.remove();
    }
  }
}
