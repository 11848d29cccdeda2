/**
 * Recorded style sheets made fit for replay: references to anything outside the
 * recording go, and :hover becomes the class that the replayer sets on what the
 * recorded mouse is over.
 */

const NO_PICTURE = "url(data:,)";
/** Makes the whole src descriptor invalid or empty, so that no font is asked for. */
const NO_FONT = 'local("-")';

const IMPORT = /@import\s+(?:url\([^)]*\)|"[^"]*"|'[^']*')[^;]*;?/gi;
const FONT_FACE = /@font-face\s*\{[^}]*\}/gi;
const URL_FUNCTION = /url\(\s*("[^"]*"|'[^']*'|[^)]*)\s*\)/gi;
/** Only where a block follows: a selector, not an animation that is named hover. */
const HOVER_IN_SELECTOR = /:hover(?![\w-])(?=[^;{}]*\{)/g;
const DEVICE_SIZE = /\((max|min)-device-(width|height)/g;

/** A style sheet's text, ready for the replayer. */
export function sheetForReplay(css: string): string {
  return inertCss(css)
    .replace(HOVER_IN_SELECTOR, ".\\:hover")
    .replace(DEVICE_SIZE, "($1-$2");
}

/** The style text with every reference to something outside the recording removed. */
export function inertCss(css: string): string {
  if (!/url\(|@import/i.test(css)) return css;
  const withoutFonts = css
    .replace(IMPORT, "")
    .replace(FONT_FACE, (face) => replaceOutside(face, NO_FONT));
  return replaceOutside(withoutFonts, NO_PICTURE);
}

/** Whether a url()'s target is in the recording itself. */
export function isInline(target: string): boolean {
  return /^\s*["']?\s*(data:|#)/i.test(target);
}

function replaceOutside(css: string, substitute: string): string {
  return css.replace(URL_FUNCTION, (whole, target: string) =>
    isInline(target) ? whole : substitute,
  );
}
