/**
 * Recorded style sheets made fit for replay: references to anything outside the
 * recording go, and :hover becomes the class that the replayer sets on what the
 * recorded mouse is over. Each pass is linear: a style sheet is hostile input too, and
 * one that makes a regular expression backtrack must not hang the page.
 */

const NO_PICTURE = "url(data:,)";
/** Makes the src descriptor of a @font-face empty or invalid: no font is asked for. */
const NO_FONT = 'local("-")';

const OUTSIDE = /url\(|@import|@font-face/i;
/** A stretch up to and with the next delimiter; one that ends in { is a selector. */
const STRETCH = /[^{};]*[{};]?/g;
const DEVICE_SIZE = /\((max|min)-device-(width|height)/g;

/** A style sheet's text, ready for the replayer. */
export function sheetForReplay(css: string): string {
  const inert = inertCss(css).replace(DEVICE_SIZE, "($1-$2");
  if (!inert.includes(":hover")) return inert;
  return inert.replace(STRETCH, (stretch) =>
    stretch.endsWith("{") ? stretch.replace(/:hover(?![\w-])/g, ".\\:hover") : stretch,
  );
}

/** The style text with every reference to something outside the recording removed. */
export function inertCss(css: string): string {
  if (!OUTSIDE.test(css)) return css;
  const token = new RegExp(OUTSIDE, "gi");
  let inert = "";
  let done = 0;
  let fontFaceEnd = -1;
  for (let found = token.exec(css); found; found = token.exec(css)) {
    const { index } = found;
    const word = found[0].toLowerCase();
    if (word === "@font-face") {
      fontFaceEnd = indexOr(css, "}", index);
      continue;
    }
    const end = word === "@import" ? importEnd(css, token.lastIndex) : urlEnd(css, index);
    inert += css.slice(done, index);
    if (word === "url(") {
      const inline = isInline(css.slice(token.lastIndex, token.lastIndex + 40));
      if (inline) inert += css.slice(index, end);
      else inert += index < fontFaceEnd ? NO_FONT : NO_PICTURE;
    }
    done = end;
    token.lastIndex = end;
  }
  return inert + css.slice(done);
}

/** Whether a url()'s target is in the recording itself. */
export function isInline(target: string): boolean {
  return /^\s{0,20}["']?\s{0,20}(data:|#)/i.test(target);
}

/** Where the url( at `start` ends: behind its bracket, quotes respected. */
function urlEnd(css: string, start: number): number {
  let index = start + "url(".length;
  while (/\s/.test(css.charAt(index))) index++;
  const quote = css.charAt(index);
  if (quote === '"' || quote === "'") index = indexOr(css, quote, index + 1);
  return Math.min(css.length, indexOr(css, ")", index) + 1);
}

/** Where the @import whose keyword ends at `start` ends: behind its semicolon. */
function importEnd(css: string, start: number): number {
  let index = start;
  while (/\s/.test(css.charAt(index))) index++;
  const first = css.charAt(index);
  if (first === '"' || first === "'") index = indexOr(css, first, index + 1);
  else if (/^url\(/i.test(css.slice(index, index + 4))) index = urlEnd(css, index);
  return Math.min(css.length, indexOr(css, ";", index) + 1);
}

function indexOr(css: string, wanted: string, from: number): number {
  const index = css.indexOf(wanted, from);
  return index < 0 ? css.length : index;
}
