/**
 * The sheet of a style element that stands in several texts. The browser reads them as
 * one, so what is harmless in each of them need not be harmless together.
 */
import type { Assets } from "./assetIndex";
import { sheetForReplay } from "./css";

/** Where the recorder cut a sheet that its page had in several texts. */
const SPLIT = "/* rr_split */";

/** The texts ready for the replayer; all in the first where they are harmless only so. */
export function sheetTexts(texts: readonly string[], assets: Assets): string[] {
  const apart = texts.map((css) => sheetForReplay(css, assets));
  if (texts.length < 2) return apart;
  const whole = sheetForReplay(texts.join(""), assets);
  return apart.join("") === whole ? apart : texts.map((_, index) => (index === 0 ? whole : ""));
}

/** A sheet as the recorder keeps it, with its marks where they do no harm. */
export function markedSheet(css: string, assets: Assets): string {
  const texts = sheetTexts(css.split(SPLIT), assets);
  return texts.slice(1).some((text) => text !== "") ? texts.join(SPLIT) : texts.join("");
}

/** One text of a sheet on its own: it ends no word begun before it, and begins none. */
export function textOfSheet(css: string, assets: Assets): string {
  return `\n${sheetForReplay(css, assets)}\n`;
}
