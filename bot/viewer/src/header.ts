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
  /** Where to ask for more of a session that goes on, on the share page only. */
  newer: string | null;
}

export interface Header {
  element: HTMLElement;
  /** Says what the manifest says by now. */
  draw(): void;
}

/** `live` says that the session goes on, where it does. */
export function header(
  manifest: Manifest,
  links: Links,
  live: HTMLElement | null,
  showHelp: () => void,
): Header {
  const facts = h("p", { class: "facts" });
  const draw = () => {
    facts.textContent = factsOf(manifest);
  };
  draw();
  const element = h(
    "header",
    { class: "top" },
    h("span", { class: "brand" }, h("i"), h("span", {}, "Replay Courier")),
    h("h1", {}, manifest.person ?? "Anonymous visitor"),
    facts,
    live,
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
  return { element, draw };
}

function factsOf(manifest: Manifest): string {
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
  return facts.filter(Boolean).join("  \u00b7  ");
}

function expiryText(expires: string): string {
  const date = new Date(expires);
  return Number.isNaN(date.getTime())
    ? ""
    : `Link ends ${date.toLocaleDateString(undefined, { dateStyle: "medium" })}`;
}
