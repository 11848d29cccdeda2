/**
 * Recorded style sheets made fit for replay: references to anything outside the
 * recording go, and :hover becomes the class that the replayer sets on what the
 * recorded mouse is over. Each pass is linear: a style sheet is hostile input too, and
 * one that makes a regular expression backtrack must not hang the page.
 */
import { type Assets, NO_ASSETS } from "./assetIndex";
import { unescaped, withPlainLetters } from "./cssEscapes";

const NO_PICTURE = "url(data:,)";
/** Makes the src descriptor of a @font-face empty or invalid: no font is asked for. */
const NO_FONT = 'local("-")';

const OUTSIDE = /url\(|image-set\(|(?<![\w-])src\(|@import|@font-face/i;
/** What stands for an address in a value alone, where there are no at-rules. */
const ADDRESS_WORD = /url\(|image-set\(|(?<![\w-])src\(/i;
/** Past this an @import brings nothing more: the same large sheet can be named often. */
const MAX_WITH_IMPORTS = 4_000_000;
/** A url() or a string; the address is in one of the groups. */
const STRING = /"([^"\\]*(?:\\[^][^"\\]*)*)"|'([^'\\]*(?:\\[^][^'\\]*)*)'/.source;
const BARE = /((?:[^\s"'()\\]|\\[^])+)/.source;
const ADDRESS = new RegExp(`url\\(\\s*(?:${STRING}|${BARE})\\s*\\)|${STRING}`, "i");
const CONDITIONS = /^[\w\s(),.:<>=/-]{0,500}$/;
const CONDITION_PARTS = /^\s*(layer(?:\(([\w\s.-]*)\))?(?![\w-]))?\s*(?:supports\(([^()]*)\))?([^]*)$/i;
/** A stretch up to and with the next delimiter; one that ends in { is a selector. */
const STRETCH = /[^{};]*[{};]?/g;
const DEVICE_SIZE = /\((max|min)-device-(width|height)/g;

/** A style sheet's text, ready for the replayer. */
export function sheetForReplay(css: string, assets: Assets = NO_ASSETS): string {
  return playable(inertCss(css, assets));
}

/** An inert style sheet as the replayer needs it. */
export function playable(css: string): string {
  const inert = css.replace(DEVICE_SIZE, "($1-$2");
  if (!inert.includes(":hover")) return inert;
  return inert.replace(STRETCH, (stretch) =>
    stretch.endsWith("{") ? stretch.replace(/:hover(?![\w-])/g, ".\\:hover") : stretch,
  );
}

/**
 * The style text with every reference to something outside the recording removed, or led
 * to the asset that the replay carries for it.
 */
export function inertCss(text: string, assets: Assets = NO_ASSETS): string {
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
    if (word === "@import") {
      // What stands around it must not become a word.
      if (/[^\s;{}]/.test(inert.slice(-1))) inert += " ";
      if (inert.length < MAX_WITH_IMPORTS) {
        inert += imported(css.slice(token.lastIndex, end), assets);
      }
    }
    if (word === "image-set(" || word === "src(") {
      inert += carried(css.slice(token.lastIndex, end), assets) ?? NO_PICTURE;
    }
    if (word === "url(") {
      const isKept =
        isInline(css.slice(token.lastIndex, token.lastIndex + 40)) &&
        isWhole(css, token.lastIndex, end);
      if (isKept) inert += css.slice(index, end);
      else {
        inert +=
          carried(css.slice(index, end), assets) ??
          (index < fontFaceEnd ? NO_FONT : NO_PICTURE);
      }
    }
    done = end;
    token.lastIndex = end;
  }
  return inert + css.slice(done);
}

/** The first address in `text` as a url() of the asset the replay carries for it. */
function carried(text: string, assets: Assets): string | null {
  const name = addressIn(text)?.name;
  const url = name ? assets.url(name) : null;
  return url && `url("${url}")`;
}

/** What an @import brings, under the conditions that stand behind its address. */
function imported(text: string, assets: Assets): string {
  const address = assets === NO_ASSETS ? null : addressIn(text);
  const sheet = address && assets.sheet(address.name);
  if (!address || sheet === null) return "";
  const conditions = text.slice(address.end).replace(/;?\s*$/, "");
  // Neither blocks nor strings, which could hold what nobody made inert.
  if (!CONDITIONS.test(conditions) || /url/i.test(conditions)) return "";
  const [, layer, inLayer, supports, media] = CONDITION_PARTS.exec(conditions) ?? [];
  let block = sheet;
  if (layer) block = `@layer ${inLayer ?? ""}{${block}}`;
  if (supports) block = `@supports (${supports}){${block}}`;
  return media?.trim() ? `@media ${media}{${block}}` : block;
}

/** The first string or url() in `text`, and where it ends. */
function addressIn(text: string): { name: string; end: number } | null {
  const found = ADDRESS.exec(text);
  if (!found) return null;
  const name = found.slice(1).find((group) => group !== undefined) ?? "";
  return { name: unescaped(name), end: found.index + found[0].length };
}

/** Whether a url()'s target is in the recording itself. */
function isInline(target: string): boolean {
  return /^[ \t\n\r\f]{0,20}["']?[ \t\n\r\f]{0,20}(data:|#)/i.test(target);
}

/**
 * Whether what a url( holds from `start` to its `end` is to a browser what it is to us:
 * a string that a line ends is none, and what follows it would be rules.
 */
function isWhole(css: string, start: number, end: number): boolean {
  let index = start;
  while (/[ \t\n\r\f]/.test(css.charAt(index))) index++;
  const quote = css.charAt(index);
  if (quote !== '"' && quote !== "'") return true;
  const close = indexOr(css, quote, index + 1);
  const inside = css.slice(index + 1, close).replace(/\\(\r\n|[^])/g, "");
  return !/[\n\r\f]/.test(inside) && /^[ \t\n\r\f]*\)$/.test(css.slice(close + 1, end));
}

/** Whether a value, of an attribute of a drawing say, asks for an address. */
export function namesAddress(value: string): boolean {
  return ADDRESS_WORD.test(value.includes("\\") ? withPlainLetters(value) : value);
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
