/**
 * What is changed in the replayer's distributed code while the viewer is built: where it
 * fails over hostile recordings, loses its place while seeking, or brings what css.ts
 * does already. The version is pinned; an edit that no longer finds its place fails the
 * build (vite.config.ts).
 */

/** A piece of the replayer's distributed code, and what stands there in our build. */
export type Edit = [was: string, is: string];

/**
 * The replayer brings two copies of PostCSS, for rewriting :hover in recorded styles.
 * css.ts does that before the replayer sees them, so both copies stay out: a third of
 * the page, and most of the time a large style sheet takes.
 */
const WITHOUT_POSTCSS: Edit[] = [
  ["var postcssExports$1 = requirePostcss$1();", "var postcssExports$1 = {};"],
  ["var postcssExports = requirePostcss();", "var postcssExports = {};"],
  [
    `const ast = postcss$1([
      mediaSelectorPlugin,
      pseudoClassPlugin
    ]).process(cssText);
    result2 = ast.css;`,
    "",
  ],
];

const CHANGE_SHEETS = `this.constructedStyleMutations.forEach((data) => {
          this.applyStyleSheetMutation(data);
        });
        this.constructedStyleMutations = [];`;
const ADOPT_SHEETS = `this.adoptedStyleSheets.forEach((data) => {
          this.applyAdoptedStyleSheet(data);
        });
        this.adoptedStyleSheets = [];`;
const ADOPT_AND_CHANGE_SHEETS = `this.adoptedStyleSheets.forEach((data) => {
          if (data.styleIds) this.applyAdoptedStyleSheet(data);
          else this.applyStyleSheetMutation(data);
        });
        this.adoptedStyleSheets = [];`;

/**
 * At the end of a seek the replayer makes all changes of constructed style sheets, and
 * then has all of them adopted, so that a sheet both adopted and changed on the way keeps
 * its first rules. One queue for both keeps their order.
 */
const SHEETS_IN_ORDER: Edit[] = [
  [`${CHANGE_SHEETS}\n        ${ADOPT_SHEETS}`, ADOPT_AND_CHANGE_SHEETS],
  ["this.constructedStyleMutations.push(d)", "this.adoptedStyleSheets.push(d)"],
];

/**
 * Seeking forward the replayer goes on from the last event it applied. If that is a mouse
 * movement it goes on from the movement's beginning, and so makes changes again that an
 * earlier seek made already. And applying an event writes into it: removals of nodes that
 * are not there are struck out of it, and a style's new text goes into the node's first
 * description, so that the next seek backwards finds another recording. How far the page
 * was scrolled at the end of one seek is applied once more at the end of the next.
 */
const NOTHING_TWICE: Edit[] = [
  [
    `lastPlayedTimestamp = lastPlayedEvent.timestamp + ((_a2 = lastPlayedEvent.data.positions[0]) == null ? void 0 : _a2.timeOffset);
          }`,
    `lastPlayedTimestamp = Math.max(
              lastPlayedEvent.timestamp + (lastPlayedEvent.data.positions[0]?.timeOffset ?? 0),
              timer.caughtUpTo ?? 0
            );
          }
          timer.caughtUpTo = baselineTime - 0.01;`,
  ],
  ["d.removes = d.removes.filter(", "d = { ...d };\n    d.removes = d.removes.filter("],
  [
    "this.usingVirtualDom = true;\n      buildFromDom(",
    "this.usingVirtualDom = true;\n      this.virtualDom.scrollData = null;\n      buildFromDom(",
  ],
  [
    `Object.assign(
                    newSn.attributes,
                    mutation.attributes
                  );
                  const siblingNode`,
    "const siblingNode",
  ],
];

/**
 * A page is as long as its pictures make it, and those are decoded after the seek that put
 * them there: so what could not be scrolled to then is scrolled to when they are.
 */
const SCROLL_AGAIN: Edit[] = [
  [
    "applyScroll(d, isSync) {",
    `applyScroll(d, isSync, isRepeat) {
    if (!isRepeat) (this.lastScrolls ??= new Map()).set(d.id, d);
    const images = isSync && !isRepeat ? [...(this.iframe.contentDocument?.images ?? [])] : [];
    for (const image of images.filter(({ complete }) => !complete).slice(0, 500)) {
      const again = () => {
        if (image.isConnected && this.lastScrolls.get(d.id) === d) this.applyScroll(d, true, true);
      };
      image.addEventListener("load", again, { once: true });
    }`,
  ],
  [
    "(_a2 = this.iframe.contentWindow) == null ? void 0 : _a2.scrollTo(event.data.initialOffset);",
    `const { left: x, top: y } = event.data.initialOffset ?? {};
            this.applyScroll({ id: event.data.node.id, x, y }, true);`,
  ],
];

/**
 * An event that cannot be replayed would stop the clock of the replay, and a medium that
 * cannot be played would be an error of the page.
 */
const GOES_ON: Edit[] = [
  [
    `const wrappedCastFn = () => {
        if (castFn) {
          castFn();
        }`,
    `const wrappedCastFn = () => {
        try {
          castFn?.();
        } catch {}`,
  ],
  [
    'node2.play().catch((e2) => console.warn("media playback error", e2));',
    "node2.play().catch(() => {});",
  ],
  ["void oldMediaElement.play()", "void oldMediaElement.play().catch(() => {})"],
  ["void target.play();", "target.play().catch(() => {});"],
];

export const EDITS: readonly Edit[] = [
  ...WITHOUT_POSTCSS,
  ...SHEETS_IN_ORDER,
  ...NOTHING_TWICE,
  ...SCROLL_AGAIN,
  ...GOES_ON,
];
