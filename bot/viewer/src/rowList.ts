/**
 * A list of moments that follows the clock: past rows full, coming rows dimmed, the
 * current one marked and kept in view until the reader scrolls away. Panels say how a
 * row looks.
 */
import { h } from "./dom";
import { clockText, lastAt } from "./timeline";

export class RowList<Row extends { atMs: number }> {
  readonly element: HTMLElement;
  private readonly scroller = h(
    "div",
    { class: "rows", attrs: { tabindex: "-1" } },
    h("p", { class: "empty" }, "Loading..."),
  );
  private readonly back = h(
    "button",
    { class: "to-now", type: "button", on: { click: () => this.resume() } },
    "Back to now",
  );
  private rows: readonly Row[] = [];
  private elements: HTMLElement[] = [];
  private current = -2;
  private atMs = 0;
  private following = true;
  private ownScroll = false;

  constructor(
    private readonly draw: (row: Row) => HTMLElement,
    private readonly emptyText: () => string,
  ) {
    this.element = h("div", { class: "row-list" }, this.scroller, this.back);
    this.back.hidden = true;
    const leave = () => this.leave();
    this.scroller.addEventListener("wheel", leave, { passive: true });
    this.scroller.addEventListener("touchmove", leave, { passive: true });
    this.scroller.addEventListener("scroll", () => {
      if (!this.ownScroll) this.leave();
      this.ownScroll = false;
    });
  }

  show(rows: readonly Row[]): void {
    this.rows = rows;
    this.elements = rows.map(this.draw);
    this.current = -2;
    this.scroller.replaceChildren(...this.elements);
    if (rows.length === 0) {
      this.scroller.append(h("p", { class: "empty" }, this.emptyText()));
    }
    this.setTime(this.atMs);
  }

  setTime(atMs: number): void {
    this.atMs = atMs;
    // Rows seek to their own time; rounding on the way must not leave them in the future.
    const current = lastAt(this.rows, atMs + 1);
    if (current === this.current) return;
    this.elements[this.current]?.classList.remove("now");
    const from = this.current === -2 ? 0 : Math.min(current, this.current) + 1;
    const to = this.current === -2 ? this.elements.length - 1 : Math.max(current, this.current);
    for (let index = Math.max(0, from); index <= to; index++) {
      this.elements[index]?.classList.toggle("coming", index > current);
    }
    this.current = current;
    this.elements[current]?.classList.add("now");
    if (this.following) this.scrollToNow();
  }

  /** To be called when the list becomes visible: a hidden one cannot scroll. */
  shown(): void {
    if (this.following) this.scrollToNow();
  }

  private leave(): void {
    this.following = false;
    this.back.hidden = false;
  }

  private resume(): void {
    this.following = true;
    this.back.hidden = true;
    this.scrollToNow();
  }

  private scrollToNow(): void {
    const element = this.elements[Math.max(0, this.current)];
    const height = this.scroller.clientHeight;
    if (!element || !height) return;
    const before = this.scroller.scrollTop;
    const top = element.offsetTop - before;
    // A list that moves with every row is hard to read, and to click in.
    if (top >= 0 && top < height * 0.8) return;
    this.scroller.scrollTop = Math.max(0, element.offsetTop - height * 0.4);
    this.ownScroll = this.scroller.scrollTop !== before;
  }
}

/** The time of a row; choosing it goes there. */
export function timeCell(atMs: number, seek: (atMs: number) => void): HTMLElement {
  return h(
    "button",
    {
      class: "at",
      type: "button",
      title: "Go to this moment",
      on: {
        click: (event) => {
          event.stopPropagation();
          seek(atMs);
        },
      },
    },
    clockText(atMs),
  );
}

/** A row that opens its details, made when first wanted, and goes to its moment. */
export function openableRow(
  head: HTMLElement,
  details: (() => HTMLElement) | null,
  go: () => void,
): HTMLElement {
  const row = h("div", { class: "row" }, head);
  let body: HTMLElement | null = null;
  const toggle = () => {
    if (!details) return;
    body ??= row.appendChild(details());
    const open = row.classList.toggle("open");
    body.hidden = !open;
    head.setAttribute("aria-expanded", String(open));
  };
  head.classList.add("row-head");
  head.tabIndex = 0;
  if (details) {
    head.setAttribute("role", "button");
    head.setAttribute("aria-expanded", "false");
  }
  head.addEventListener("click", () => {
    if (getSelection()?.isCollapsed === false) return;
    toggle();
    go();
  });
  head.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== head) return;
    event.preventDefault();
    toggle();
    go();
  });
  return row;
}
