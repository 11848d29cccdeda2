/**
 * A list of moments that follows the clock: past rows full, coming rows dimmed, the
 * current one marked and kept in view until the reader scrolls away. Only rows near
 * the view are drawn, so that twenty thousand cost no more than two hundred. Panels say
 * how a row looks.
 */
import { h } from "./dom";
import { lastAt } from "./timeline";

const CHUNK_ROWS = 50;
/** A closed row's height, which panels.css sets. */
const ROW_PX = 30;
/** Lists up to this long are drawn whole, so that the browser's own search finds all. */
const WHOLE_ROWS = 200;
/** How far beyond the view rows are drawn ahead. */
const AHEAD_PX = 600;

export interface RowLook<Row> {
  /** What the list holds, for those who hear it. */
  label: string;
  /** Everything the drawing depends on: rows of equal keys keep their element. */
  key: (row: Row) => string;
  draw: (row: Row) => HTMLElement;
  emptyText: () => string;
}

/** Rows that are drawn and given up together. */
interface Chunk {
  element: HTMLElement;
  from: number;
  keys: string[];
  drawn: boolean;
}

export class RowList<Row extends { atMs: number }> {
  readonly element: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly empty = h("p", { class: "empty" }, "Loading...");
  private readonly back = h(
    "button",
    { class: "to-now", type: "button", on: { click: () => this.resume() } },
    "Back to now",
  );
  private readonly nearby: IntersectionObserver;
  private rows: readonly Row[] = [];
  private chunks: Chunk[] = [];
  private kept = new Map<string, HTMLElement>();
  private current = -1;
  private atMs = 0;
  private following = true;

  constructor(private readonly look: RowLook<Row>) {
    this.scroller = h("div", {
      class: "rows",
      attrs: { tabindex: "0", role: "list", "aria-label": look.label },
    });
    this.element = h("div", { class: "row-list" }, this.scroller, this.empty, this.back);
    this.back.hidden = true;
    const leave = () => this.leave();
    this.scroller.addEventListener("wheel", leave, { passive: true });
    this.scroller.addEventListener("touchmove", leave, { passive: true });
    this.scroller.addEventListener("pointerdown", (event) => {
      // On the scroll bar, that is; scroll events also come from rows that grow.
      if (event.offsetX > this.scroller.clientWidth) this.leave();
    });
    this.scroller.addEventListener("keydown", (event) => this.onKey(event));
    this.nearby = new IntersectionObserver((seen) => this.onNearby(seen), {
      root: this.scroller,
      rootMargin: `${AHEAD_PX}px 0px`,
    });
  }

  /** Shows `rows`, in time order; those drawn for the same search stay as they are. */
  show(rows: readonly Row[], search = ""): void {
    this.rows = rows;
    const keys = this.keysOf(search);
    const focused = this.scroller.contains(document.activeElement) && document.activeElement;
    const before = this.chunks;
    const wanted = new Set(keys);
    for (const key of this.kept.keys()) if (!wanted.has(key)) this.kept.delete(key);
    this.chunks = [];
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const number = from / CHUNK_ROWS;
      this.chunks.push(this.chunk(before[number], from, keys.slice(from, from + CHUNK_ROWS)));
    }
    for (const gone of before.slice(this.chunks.length)) {
      this.nearby.unobserve(gone.element);
      gone.element.remove();
    }
    this.empty.hidden = rows.length > 0;
    this.empty.textContent = rows.length ? "" : this.look.emptyText();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    this.current = lastAt(rows, this.atMs + 1);
    for (const chunk of this.chunks) this.tint(chunk);
    if (this.following) this.scrollToNow();
  }

  setTime(atMs: number): void {
    this.atMs = atMs;
    // Rows seek to their own time; rounding on the way must not leave them in the future.
    const current = lastAt(this.rows, atMs + 1);
    if (current === this.current) return;
    const from = Math.min(current, this.current);
    const to = Math.max(current, this.current);
    this.current = current;
    for (const chunk of this.chunks) {
      if (chunk.from <= to && chunk.from + CHUNK_ROWS > from) this.tint(chunk);
    }
    if (this.following) this.scrollToNow();
  }

  /** To be called when the list becomes visible: a hidden one cannot scroll. */
  shown(): void {
    if (this.following) this.scrollToNow();
  }

  private keysOf(search: string): string[] {
    const times = new Map<string, number>();
    return this.rows.map((row) => {
      const key = `${search}\n${this.look.key(row)}`;
      const before = times.get(key) ?? 0;
      times.set(key, before + 1);
      return before ? `${key}\n${before}` : key;
    });
  }

  private chunk(before: Chunk | undefined, from: number, keys: string[]): Chunk {
    const same = before?.keys.length === keys.length &&
      keys.every((key, index) => key === before.keys[index]);
    if (before && same) return before;
    const chunk = before ?? { element: h("div"), from, keys, drawn: false };
    chunk.keys = keys;
    if (!before) this.scroller.append(chunk.element);
    if (this.rows.length <= WHOLE_ROWS) {
      this.nearby.unobserve(chunk.element);
      this.fill(chunk);
    } else {
      if (chunk.drawn) this.fill(chunk);
      else this.clear(chunk);
      this.nearby.observe(chunk.element);
    }
    return chunk;
  }

  private fill(chunk: Chunk): void {
    chunk.drawn = true;
    chunk.element.style.height = "";
    chunk.element.replaceChildren(
      ...chunk.keys.map((key, index) => {
        const known = this.kept.get(key);
        if (known) return known;
        const element = this.look.draw(this.rows[chunk.from + index] as Row);
        this.kept.set(key, element);
        return element;
      }),
    );
    this.tint(chunk);
  }

  private clear(chunk: Chunk): void {
    const { element, keys } = chunk;
    const height = element.offsetHeight;
    for (const key of keys) {
      // What the reader opened is still open when it comes back.
      if (!this.kept.get(key)?.classList.contains("open")) this.kept.delete(key);
    }
    element.style.height = `${(chunk.drawn && height) || keys.length * ROW_PX}px`;
    element.replaceChildren();
    chunk.drawn = false;
  }

  private onNearby(seen: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      const chunk = this.chunks.find(({ element }) => element === target);
      if (!chunk || this.rows.length <= WHOLE_ROWS) continue;
      const inUse = target.contains(document.activeElement) || !this.scroller.clientHeight;
      if (isIntersecting && !chunk.drawn) this.fill(chunk);
      else if (!isIntersecting && chunk.drawn && !inUse) this.clear(chunk);
    }
  }

  private tint(chunk: Chunk): void {
    const { children } = chunk.element;
    const size = String(this.rows.length);
    for (let offset = 0; offset < children.length; offset++) {
      const row = children[offset] as HTMLElement;
      const index = chunk.from + offset;
      row.classList.toggle("coming", index > this.current);
      row.classList.toggle("now", index === this.current);
      row.ariaCurrent = index === this.current ? "time" : null;
      row.setAttribute("aria-posinset", String(index + 1));
      row.setAttribute("aria-setsize", size);
    }
  }

  /** The element of a row, drawn if it was not. */
  private rowAt(index: number): HTMLElement | undefined {
    const chunk = this.chunks[Math.floor(index / CHUNK_ROWS)];
    if (chunk && !chunk.drawn) this.fill(chunk);
    return chunk?.element.children[index - chunk.from] as HTMLElement | undefined;
  }

  private onKey(event: KeyboardEvent): void {
    const target = event.target as Element;
    const row = target.closest(".row");
    if (row && !target.matches(".opener")) return;
    const here = row ? Number(row.getAttribute("aria-posinset")) - 1 : null;
    const last = this.rows.length - 1;
    const next = {
      ArrowDown: here === null ? Math.max(0, this.current) : here + 1,
      ArrowUp: here === null ? Math.max(0, this.current) : here - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key.startsWith("Page")) this.leave();
    if (next === undefined) return;
    event.preventDefault();
    this.leave();
    this.rowAt(Math.min(last, Math.max(0, next)))
      ?.querySelector<HTMLElement>(".opener")
      ?.focus();
  }

  private leave(): void {
    this.following = false;
    this.back.hidden = this.rows.length === 0;
  }

  private resume(): void {
    this.following = true;
    if (this.back.contains(document.activeElement)) this.scroller.focus();
    this.back.hidden = true;
    this.scrollToNow();
  }

  private scrollToNow(): void {
    const height = this.scroller.clientHeight;
    if (!height) return;
    const element = this.rowAt(Math.max(0, this.current));
    if (!element) return;
    const top = element.offsetTop - this.scroller.scrollTop;
    // A list that moves with every row is hard to read, and to click in.
    if (top >= 0 && top < height * 0.8) return;
    this.scroller.scrollTop = Math.max(0, element.offsetTop - height * 0.4);
  }
}

/** The part of a row's head that the keyboard reaches, and that names the row. */
export function opener(
  className: string,
  ...content: (Node | string | null | false)[]
): HTMLElement {
  return h(
    "button",
    { class: `opener ${className}`, type: "button", attrs: { tabindex: "-1" } },
    ...content,
  );
}

/** A row that opens its details, made when first wanted, and goes to its moment. */
export function openableRow(
  head: HTMLElement,
  details: (() => HTMLElement) | null,
  go: () => void,
): HTMLElement {
  const row = h("div", { class: "row", attrs: { role: "listitem" } }, head);
  const button = head.querySelector(".opener");
  let body: HTMLElement | null = null;
  const toggle = () => {
    if (!details) return;
    body ??= row.appendChild(details());
    const open = row.classList.toggle("open");
    body.hidden = !open;
    if (open) bringIn(row);
    button?.setAttribute("aria-expanded", String(open));
  };
  head.classList.add("row-head");
  if (details) button?.setAttribute("aria-expanded", "false");
  head.addEventListener("click", () => {
    // The end of a selection is a click too, and not meant to open anything.
    const selection = getSelection();
    if (selection?.isCollapsed === false && selection.containsNode(head, true)) return;
    toggle();
    go();
  });
  return row;
}

/** Scrolls so far that an opened row is seen whole, or as much of it as there is room for. */
function bringIn(row: HTMLElement): void {
  const scroller = row.closest(".rows");
  if (!scroller) return;
  const top = row.offsetTop - scroller.scrollTop;
  const below = top + row.offsetHeight - scroller.clientHeight;
  if (below > 0) scroller.scrollTop += Math.min(below, Math.max(0, top - ROW_PX));
}
