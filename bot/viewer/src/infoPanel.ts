/** Draws what the manifest says about the recording as a whole; also what is printed. */
import { assetsSection } from "./assetsSection";
import { longText, pairs, sizeText, timeButton } from "./details";
import { h } from "./dom";
import { downloadList } from "./downloadList";
import type { Panel, PanelContext } from "./panel";
import type { Left, Manifest } from "./payload";
import { cutText, durationText } from "./timeline";

const SOURCES: Record<string, string> = {
  posthog: "PostHog",
  capture: "Replay Courier capture",
  file: "A file",
};

export type Verdict = "checking" | "intact" | "damaged" | "unchecked";

const VERDICTS: Record<Verdict, string> = {
  checking: "Checking...",
  intact: "Intact: every segment matches its SHA-256",
  damaged: "Damaged: a segment does not match its SHA-256",
  unchecked: "Not checked: this browser offers no SHA-256 on this page",
};

export interface InfoPanel extends Panel {
  setVerdict(verdict: Verdict): void;
  setSkipped(count: number): void;
}

type Content = Node | string | null | false;
type Moment = { atMs: number; words: Content[]; count: number };

export function infoPanel(context: PanelContext): InfoPanel {
  const { manifest } = context;
  const verdict = h("span", {}, VERDICTS.checking);
  const skipped = h("p", { class: "fact" });
  skipped.hidden = true;
  const save = h(
    "div",
    { class: "info-section save" },
    h("h2", {}, "Save"),
    h("p", { class: "fact" }, "Made from this file, on this computer."),
    downloadList(context),
    h(
      "button",
      { class: "small-button", type: "button", on: { click: () => print() } },
      "Print this page",
    ),
  );
  const element = h("section", { class: "panel info", attrs: { tabindex: "0" } });
  const sections = (): Content[] => [
    h("h1", { class: "printed" }, `Session replay: ${manifest.person ?? "anonymous visitor"}`),
    section("Recording", known(recordingFacts(manifest))),
    save,
    moments(
      "Errors",
      "error-list",
      manifest.errors.map(({ atMs, message, count, uncaught }) => ({
        atMs,
        count,
        words: [
          h("span", { class: "message" }, longText(message)),
          uncaught && h("span", { class: "times" }, "uncaught"),
        ],
      })),
      context.seek,
    ),
    moments(
      "Failing requests",
      "failing-list",
      manifest.failingRequests.map(({ atMs, method, url, status, count }) => ({
        atMs,
        count,
        words: [
          h("b", {}, status === null ? "failed" : String(status)),
          h("span", { class: "message" }, longText(`${method} ${url}`)),
        ],
      })),
      context.seek,
    ),
    moments(
      "Pages",
      "page-list",
      manifest.pages.map(({ atMs, url }) => ({
        atMs,
        count: 1,
        words: [h("span", { class: "message" }, longText(url))],
      })),
      context.seek,
    ),
    section("Counts", known(countFacts(manifest))),
    section("Left out", ...leftOut(manifest)),
    section(
      "File",
      known([
        ["Made by", manifest.producer],
        ["Segments", segmentsText(manifest.segments)],
        ["SHA-256", h("code", {}, manifest.sha256)],
        ["Verified", verdict],
      ]),
      skipped,
    ),
    section("Pictures, fonts and style sheets", ...assetsSection(manifest.assets)),
  ];
  let drawn: string | null = null;
  /** Draws what the manifest says by now, but never under somebody's hands. */
  const draw = () => {
    const isInUse = element !== document.activeElement && element.contains(document.activeElement);
    if (drawn === manifest.sha256 || (drawn !== null && isInUse)) return;
    drawn = manifest.sha256;
    element.replaceChildren(
      ...sections().filter((one): one is Node | string => Boolean(one)),
    );
  };
  draw();
  return {
    name: "info",
    label: "Info",
    element,
    load: draw,
    setTime: () => undefined,
    shown: () => undefined,
    count: () => null,
    alarms: () => [],
    setVerdict(value) {
      verdict.textContent = VERDICTS[value];
      verdict.className = `verdict ${value}`;
    },
    setSkipped(count) {
      skipped.hidden = count === 0;
      skipped.textContent = `${count} unreadable events were left out.`;
    },
  };
}

function recordingFacts(manifest: Manifest): [string, string | Node | null][] {
  const { viewport } = manifest;
  return [
    ["Person", manifest.person],
    ["Started", startText(manifest.startMs)],
    ["Length", durationText(manifest.durationMs)],
    ["Went on", manifest.ongoing ? "Still going on when this was made" : null],
    ["Part", manifest.cut && cutText(manifest.cut)],
    ["Active", manifest.activeMs ? durationText(manifest.activeMs) : null],
    ["Platform", manifest.platform],
    ["Browser", manifest.browser],
    ["System", manifest.os],
    ["Viewport", viewport && `${viewport.width} \u00d7 ${viewport.height}`],
    ["Windows", String(Math.max(1, manifest.windows.length))],
    ["Source", SOURCES[manifest.source] ?? manifest.source],
    ["Made for", manifest.audience && inWords(manifest.audience)],
    ["Recording id", manifest.recordingId],
    ["In PostHog", manifest.recordingUrl && recordingLink(manifest.recordingUrl)],
  ];
}

function countFacts({ counts }: Manifest): [string, string | null][] {
  const levels = Object.entries(counts.console).map(([level, count]) => `${count} ${level}`);
  const { networkRequests, networkFailing, networkSlow } = counts;
  return [
    ["Clicks", String(counts.clicks)],
    ["Rage clicks", String(counts.rageClicks)],
    ["Input events", String(counts.inputEvents)],
    ["Console", levels.join(", ") || "nothing"],
    ["Exceptions", String(counts.exceptions)],
    ["Requests", `${networkRequests}, ${networkFailing} failing, ${networkSlow} slow`],
    ["rrweb events", String(counts.events)],
    ["Unreadable", counts.damaged ? `${counts.damaged} events were left out` : null],
  ];
}

/** What the file does not hold, and why. */
function leftOut({ redactions, removed }: Manifest): Content[] {
  const table = (title: string, entries: Left[]) =>
    entries.length > 0 && [
      h("h3", {}, title),
      pairs(entries.map(({ kind, count }) => [inWords(kind), count ? String(count) : "all"])),
    ];
  return [
    ...(table("Not in this copy", removed) || []),
    ...(table("Redacted", redactions) || [
      h("p", { class: "fact" }, "Nothing was redacted."),
    ]),
    h(
      "p",
      { class: "fact" },
      "Pictures, fonts and style sheets that the recorder did not keep are not here " +
        "either: this page never asks the network for them.",
    ),
  ];
}

/** A list of moments that can be gone to, or nothing where there are none. */
function moments(
  title: string,
  className: string,
  entries: Moment[],
  seek: (atMs: number) => void,
): HTMLElement | null {
  if (entries.length === 0) return null;
  return section(
    title,
    h(
      "ol",
      { class: `moments ${className}` },
      ...entries.map(({ atMs, words, count }) =>
        h(
          "li",
          {},
          timeButton(atMs, seek),
          ...words,
          count > 1 && h("span", { class: "times" }, `${count}\u00d7`),
        ),
      ),
    ),
  );
}

function section(title: string, ...content: Content[]): HTMLElement {
  return h("div", { class: "info-section" }, h("h2", {}, title), ...content);
}

function known(entries: [string, string | Node | null][]): HTMLElement {
  return pairs(entries.filter((entry): entry is [string, string | Node] => Boolean(entry[1])));
}

/** A name from the manifest as words; a kind this viewer never heard of reads well too. */
function inWords(name: string): string {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function startText(startMs: number): string {
  const start = new Date(startMs);
  if (Number.isNaN(start.getTime())) return "unknown";
  return `${start.toLocaleString()} (${start.toISOString()})`;
}

function segmentsText(segments: { bytes: number }[]): string {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return `${segments.length}, ${sizeText(bytes)}`;
}

/** The address as text, and beside it a link where it is plain https. */
function recordingLink(url: string): Node {
  const safe = /^https:\/\/[^\s/]+\//i.test(url);
  return h(
    "span",
    {},
    h("span", { class: "address" }, url),
    safe &&
      h(
        "a",
        { attrs: { href: url, target: "_blank", rel: "noopener noreferrer" } },
        "Open in PostHog",
      ),
  );
}
