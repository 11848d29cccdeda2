/** How the manifest lists the assets a replay carries, and what is asked of them. */
import { list, number, object, text } from "./json";

export interface AssetEntry {
  bytes: number;
  type: string;
  sha256: string;
}

export interface AssetIndex {
  files: AssetEntry[];
  /** By URL as it stands in the events, without fragment: the index of the file. */
  urls: Map<string, number>;
  /** The first of those that are missing, with the reason. */
  missing: { url: string; reason: string }[];
  missingCount: number;
}

/** What sanitize.ts and css.ts ask, for every address the recording names. */
export interface Assets {
  /** A URL of this page's own for a carried picture or font, else null. */
  url(name: string): string | null;
  /** The text of a carried style sheet, inert like all others, else null. */
  sheet(name: string): string | null;
}

export const NO_ASSETS: Assets = { url: () => null, sheet: () => null };

/** The index in a manifest; null where nobody looked for assets. */
export function readAssets(value: unknown): AssetIndex | null {
  if (!value) return null;
  const raw = object(value);
  return {
    files: list(raw.files).map((entry) => {
      const file = object(entry);
      return {
        bytes: number(file.bytes) ?? 0,
        type: text(file.type) ?? "",
        sha256: text(file.sha256) ?? "",
      };
    }),
    urls: new Map(
      list(raw.urls).map((entry) => {
        const named = object(entry);
        return [text(named.url) ?? "", number(named.file) ?? -1];
      }),
    ),
    missing: list(raw.missing).map((entry) => ({
      url: text(object(entry).url) ?? "",
      reason: text(object(entry).reason) ?? "",
    })),
    missingCount: number(raw.missing_count) ?? 0,
  };
}
