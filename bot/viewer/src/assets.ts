/**
 * The pictures, fonts and style sheets that the replay carries, by the URL the recording
 * has for them. A body is shown as the type that this list knows, as a picture, a font or
 * a style sheet that was made inert, and never as a document.
 */
import { type AssetIndex, type Assets, NO_ASSETS } from "./assetIndex";
import { inertCss, playable } from "./css";
import { type JsonObject, text } from "./json";
import { type SegmentSource, matches } from "./segments";

const SHOWN_TYPE =
  /^(image\/(png|jpeg|gif|webp|avif|bmp|x-icon|svg\+xml)|font\/(woff2|woff|ttf|otf|collection))$/;
const SHEET_TYPE = "text/css";
/** With all it imports; sheets can name each other, and double with every step. */
const MAX_SHEET = 2_000_000;

/** As many as browsers ask one host for at a time. */
const AT_ONCE = 6;

const SPACE = /^[ \t\n\r\f]+|[ \t\n\r\f]+$/g;

/**
 * Loads what `index` lists out of `source`. What is lost or damaged is left out, as if it
 * had never been carried: a replay without its pictures is still a replay.
 */
export async function loadAssets(
  index: AssetIndex | null,
  source: SegmentSource,
): Promise<Assets> {
  if (!index) return NO_ASSETS;
  const urls = index.files.map((): string | null => null);
  const sheets = index.files.map((): string | null => null);
  const entries = index.files.entries();
  const loadSome = async () => {
    for (const [number, entry] of entries) {
      const isSheet = entry.type === SHEET_TYPE;
      if (!isSheet && !SHOWN_TYPE.test(entry.type)) continue;
      const bytes = await source(number).catch(() => null);
      if (!bytes || (await matches(bytes, entry)) === false) continue;
      if (isSheet) sheets[number] = new TextDecoder().decode(bytes);
      else urls[number] = URL.createObjectURL(new Blob([bytes], { type: entry.type }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loadSome));
  return new CarriedAssets(index.urls, urls, sheets);
}

export class CarriedAssets implements Assets {
  /** Sheets made inert; null while one is being made, so that a circle ends. */
  private readonly inert = new Map<number, string | null>();

  constructor(
    private readonly names: ReadonlyMap<string, number>,
    private readonly urls: readonly (string | null)[],
    private readonly sheets: readonly (string | null)[],
  ) {}

  url(name: string): string | null {
    const [address, fragment] = split(name);
    const url = this.urls[this.names.get(address) ?? -1] ?? null;
    // A fragment chooses a part of a drawing.
    return url && fragment ? `${url}#${encodeURIComponent(fragment)}` : url;
  }

  sheet(name: string): string | null {
    const number = this.names.get(split(name)[0]) ?? -1;
    const known = this.inert.get(number);
    if (known !== undefined) return known;
    const css = this.sheets[number];
    if (css === undefined || css === null) return null;
    this.inert.set(number, null);
    const inert = inertCss(css, this);
    const kept = inert.length <= MAX_SHEET ? inert : null;
    this.inert.set(number, kept);
    return kept;
  }
}

/** The sheet a link leads to, ready for the replayer, if the recording lacks its text. */
export function linkedSheet(attributes: JsonObject, assets: Assets): string | null {
  const href = text(attributes.href);
  const rel = text(attributes.rel) ?? "stylesheet";
  if (href === null || "_cssText" in attributes) return null;
  if (!/\bstylesheet\b/i.test(rel) || /\balternate\b/i.test(rel)) return null;
  const sheet = assets.sheet(href);
  return sheet === null ? null : playable(sheet);
}

/** The candidate of a srcset that is carried. */
export function carriedOf(srcset: string, assets: Assets): string | null {
  for (const candidate of srcset.split(/,\s|\s/, MAX_CANDIDATES)) {
    const url = assets.url(candidate.replace(/,$/, ""));
    if (url) return url;
  }
  return null;
}

const MAX_CANDIDATES = 200;

function split(name: string): [address: string, fragment: string] {
  const trimmed = name.replace(SPACE, "");
  const hash = trimmed.indexOf("#");
  return hash < 0 ? [trimmed, ""] : [trimmed.slice(0, hash), trimmed.slice(hash + 1)];
}
