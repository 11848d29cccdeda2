/**
 * Recorded style sheets made fit for replay: references to anything outside the
 * recording go, and :hover becomes the class that the replayer sets on what the
 * recorded mouse is over. Each pass is linear: a style sheet is hostile input too, and
 * one that makes a regular expression backtrack must not hang the page.
 */

const NO_PICTURE = "url(data:,)";
/** Makes the src descriptor of a @font-face empty or invalid: no font is asked for. */
const NO_FONT = 'local("-")';

const OUTSIDE = /url\(|image-set\(|@import|@font-face/i;
/** An escape by number, with the space that ends it, or of a letter that is no digit. */
const ESCAPE = /\\(?:([0-9a-f]{1,6})[ \t\n\r\f]?|([g-z]))/gi;
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
export function inertCss(text: string): string {
  const css = text.includes("\\") ? withPlainLetters(text) : text;
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
    const end =
      word === "@import"
        ? importEnd(css, token.lastIndex)
        : word === "url("
          ? urlEnd(css, index)
          : setEnd(css, token.lastIndex);
    inert += css.slice(done, index);
    if (word === "image-set(") inert += NO_PICTURE;
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

/** Where the image-set( that begins before `start` ends: behind its own bracket. */
function setEnd(css: string, start: number): number {
  const sign = /["'()]/g;
  sign.lastIndex = start;
  let open = 1;
  for (let found = sign.exec(css); found && open > 0; found = sign.exec(css)) {
    if (found[0] === "(") open++;
    else if (found[0] === ")") open--;
    else sign.lastIndex = indexOr(css, found[0], sign.lastIndex) + 1;
    if (open === 0) return sign.lastIndex;
  }
  return css.length;
}

/** The same style with letters as letters: `u\72l(` asks for an address like `url(`. */
function withPlainLetters(css: string): string {
  return css.replace(ESCAPE, (escape, digits: string | undefined, letter: string) => {
    if (!digits) return letter;
    const character = String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(digits, 16)));
    return /[a-z-]/i.test(character) ? character : escape;
  });
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
