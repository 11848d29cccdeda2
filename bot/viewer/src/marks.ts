/**
 * The marks over the timeline, a shape for each kind, and the pages under it. Joining
 * crowded marks is clusters.ts's business; where a mark leads is the caller's.
 */
import { type Cluster, clusterLabel, clusterMarks } from "./clusters";
import { h } from "./dom";
import type { Manifest, Mark, MarkKind } from "./payload";
import { clockText } from "./timeline";
import { percentOf } from "./trackFace";

/** Closer to each other than this, marks are one. */
const CLUSTER_PX = 24;

/** Two lanes: what the page said, and what its requests and its user did. */
const LANES: MarkKind[][] = [
  ["console_error", "exception"],
  ["network_failure", "rage_click"],
];

/** Drawn 10 by 10, so that kinds differ without colour too. */
const SHAPES: Record<MarkKind, string> = {
  console_error: "M5 1a4 4 0 1 0 0 8 4 4 0 1 0 0-8z",
  exception: "M5 .5 9.6 9H.4z",
  network_failure: "M1.3 1.3h7.4v7.4H1.3z",
  rage_click: "M5 0 6.3 3.7 10 5 6.3 6.3 5 10 3.7 6.3 0 5l3.7-1.3z",
  page: "M1 0h8v10H1z",
};

export interface Marks {
  element: HTMLElement;
  pages: HTMLElement;
  /** Draws the marks for a timeline this wide. */
  draw(widthPx: number): void;
  /** Draws them for a recording that is longer by now. */
  grown(widthPx: number): void;
  /** The mark under the pointer at `xPx`, if any. */
  near(xPx: number, widthPx: number): Cluster | undefined;
}

/** `onFocus` is told which mark the keyboard is on, null when it leaves. */
export function timelineMarks(
  manifest: Manifest,
  seek: (atMs: number) => void,
  onFocus: (cluster: Cluster | null) => void,
): Marks {
  const length = () => Math.max(1, manifest.durationMs);
  const element = h("div", {
    class: "marks",
    attrs: { role: "toolbar", "aria-label": "What went wrong" },
  });
  const pages = h("div", {
    class: "pages",
    attrs: { role: "toolbar", "aria-label": "Pages" },
  });
  drawPageBands(pages, manifest, length(), seek);
  let lanes: Cluster[][] = [];
  let drawnPx = 0;
  roving(element);
  roving(pages);
  element.addEventListener("focusout", () => onFocus(null));
  const draw = (widthPx: number) => {
      drawnPx = widthPx;
      const duration = length();
      const within = (duration * CLUSTER_PX) / widthPx;
      lanes = LANES.map((kinds) =>
        clusterMarks(manifest.marks.filter(({ kind }) => kinds.includes(kind)), within),
      );
      const inOrder = lanes
        .flatMap((clusters, lane) => clusters.map((cluster) => ({ cluster, lane })))
        .sort((left, right) => left.cluster.atMs - right.cluster.atMs);
      element.hidden = inOrder.length === 0;
      element.replaceChildren(
        ...inOrder.map(({ cluster, lane }) => {
          const button = markButton(cluster, lane, duration, seek);
          button.addEventListener("focus", () => onFocus(cluster));
          return button;
        }),
      );
      firstStop(element);
  };
  return {
    element,
    pages,
    draw(widthPx) {
      // Marks must not dance while a window is being resized.
      if (widthPx && Math.abs(widthPx - drawnPx) >= CLUSTER_PX) draw(widthPx);
    },
    grown(widthPx) {
      if (!drawnPx) return;
      // Nor may the keyboard lose its place.
      const focused = focusedIn(element);
      draw(widthPx);
      focusAgain(element, focused);
      const focusedPage = focusedIn(pages);
      drawPageBands(pages, manifest, length(), seek);
      focusAgain(pages, focusedPage);
    },
    near(xPx, widthPx) {
      const at = ({ atMs }: Cluster) => (atMs / length()) * widthPx;
      return lanes.flat().find((cluster) => Math.abs(at(cluster) - xPx) < CLUSTER_PX / 3);
    },
  };
}

function markButton(
  cluster: Cluster,
  lane: number,
  duration: number,
  seek: (atMs: number) => void,
): HTMLElement {
  const { kind, marks, atMs } = cluster;
  const button = h(
    "button",
    {
      class: `mark lane-${lane} kind-${kind}`,
      testid: "mark",
      type: "button",
      attrs: { "aria-label": clusterLabel(cluster), "data-kind": kind },
      on: { click: () => seek(atMs) },
    },
    shape(kind),
    marks.length > 1 && h("span", { attrs: { "aria-hidden": "true" } }, String(marks.length)),
  );
  button.style.left = percentOf(atMs, duration);
  return button;
}

/** The shape of a kind of mark, in the text's colour. */
export function shape(kind: MarkKind): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 10 10");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[kind]);
  path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

/** Each page as a band from where it came to where the next one did. */
function drawPageBands(
  element: HTMLElement,
  manifest: Manifest,
  duration: number,
  seek: (atMs: number) => void,
): void {
  const marks = manifest.marks.filter(({ kind }) => kind === "page");
  const band = (mark: Mark, index: number) => {
    const toMs = marks[index + 1]?.atMs ?? duration;
    const button = h(
      "button",
      {
        class: "mark kind-page",
        testid: "mark",
        type: "button",
        title: `${clockText(mark.atMs)} ${mark.label}`,
        attrs: {
          "aria-label": `${clockText(mark.atMs)}, Page: ${mark.label}`,
          "data-kind": "page",
        },
        on: { click: () => seek(mark.atMs) },
      },
      mark.label,
    );
    button.style.left = percentOf(mark.atMs, duration);
    button.style.width = percentOf(toMs - mark.atMs, duration);
    return button;
  };
  element.replaceChildren(...marks.map(band));
  element.hidden = marks.length === 0;
  firstStop(element);
}

/** The place among a toolbar's buttons of the one in focus, -1 where it is none. */
function focusedIn(toolbar: HTMLElement): number {
  return [...toolbar.children].indexOf(document.activeElement as Element);
}

function focusAgain(toolbar: HTMLElement, place: number): void {
  if (place >= 0) (toolbar.children[place] as HTMLElement | undefined)?.focus();
}

/** One stop for Tab in `toolbar`; arrows, Home and End move among its buttons. */
function roving(toolbar: HTMLElement): void {
  toolbar.addEventListener("keydown", (event) => {
    const buttons = [...toolbar.querySelectorAll("button")];
    const here = buttons.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: buttons.length - 1 };
    const next = to[event.key as keyof typeof to];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    const chosen = buttons[Math.min(buttons.length - 1, Math.max(0, next))];
    for (const button of buttons) button.tabIndex = button === chosen ? 0 : -1;
    chosen?.focus();
  });
}

function firstStop(toolbar: HTMLElement): void {
  for (const [index, button] of toolbar.querySelectorAll("button").entries()) {
    button.tabIndex = index === 0 ? 0 : -1;
  }
}
