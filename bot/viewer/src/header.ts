/** The line at the top: whose recording, when, how long, and until when the link works. */
import { h, icon, iconButton } from "./dom";
import type { Manifest } from "./payload";
import { cycleTheme } from "./preferences";
import { cutText, durationText } from "./timeline";

export interface Links {
  /** Where to download the file, on the share page only. */
  download: string | null;
  /** When the share link ends, ISO 8601. */
  expires: string | null;
}

export function header(manifest: Manifest, links: Links, showHelp: () => void): HTMLElement {
  const started = new Date(manifest.startMs);
  const facts = [
    Number.isNaN(started.getTime())
      ? null
      : started.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }),
    durationText(manifest.durationMs),
    manifest.cut && `cut: ${cutText(manifest.cut)}`,
    manifest.browser,
    manifest.os,
  ];
  return h(
    "header",
    { class: "top" },
    h("span", { class: "brand" }, h("i"), h("span", {}, "Replay Courier")),
    h("h1", {}, manifest.person ?? "Anonymous visitor"),
    h("p", { class: "facts" }, facts.filter(Boolean).join("  \u00b7  ")),
    h("span", { class: "spacer" }),
    links.expires && h("span", { class: "expires" }, expiryText(links.expires)),
    links.download &&
      h(
        "a",
        { class: "button", attrs: { href: links.download, download: "" } },
        icon("download"),
        "Download",
      ),
    iconButton("theme", "Light or dark", cycleTheme),
    iconButton("help", "Keyboard and help (?)", showHelp),
  );
}

function expiryText(expires: string): string {
  const date = new Date(expires);
  return Number.isNaN(date.getTime())
    ? ""
    : `Link ends ${date.toLocaleDateString(undefined, { dateStyle: "medium" })}`;
}
