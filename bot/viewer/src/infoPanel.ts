/** Draws what the manifest says about the recording as a whole. */
import { h } from "./dom";
import { pairs, sizeText } from "./networkPanel";
import type { Panel, PanelContext } from "./panel";
import { clockText, durationText } from "./timeline";

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

export function infoPanel(context: PanelContext): InfoPanel {
  const { manifest } = context;
  const { counts } = manifest;
  const verdict = h("span", {}, VERDICTS.checking);
  const skipped = h("p", { class: "fact" });
  skipped.hidden = true;
  const known = (entries: [string, string | Node | null][]) =>
    pairs(entries.filter((entry): entry is [string, string | Node] => Boolean(entry[1])));
  const element = h(
    "section",
    { class: "panel info" },
    section(
      "Recording",
      known([
        ["Person", manifest.person],
        ["Started", startText(manifest.startMs)],
        ["Length", durationText(manifest.durationMs)],
        ["Active", manifest.activeMs ? durationText(manifest.activeMs) : null],
        ["Platform", manifest.platform],
        ["Browser", manifest.browser],
        ["System", manifest.os],
        [
          "Viewport",
          manifest.viewport && `${manifest.viewport.width} x ${manifest.viewport.height}`,
        ],
        ["Windows", String(Math.max(1, manifest.windows.length))],
        ["Source", SOURCES[manifest.source] ?? manifest.source],
        ["Recording id", manifest.recordingId],
        ["In PostHog", manifest.recordingUrl && recordingLink(manifest.recordingUrl)],
      ]),
    ),
    manifest.errors.length > 0 &&
      section(
        "Errors",
        h(
          "ol",
          { class: "error-list" },
          ...manifest.errors.map((error) =>
            h(
              "li",
              {},
              h(
                "button",
                {
                  class: "at",
                  type: "button",
                  on: { click: () => context.seek(error.atMs) },
                },
                clockText(error.atMs),
              ),
              h("span", { class: "message" }, error.message),
              error.count > 1 && h("span", { class: "times" }, `${error.count}x`),
              error.uncaught && h("span", { class: "times" }, "uncaught"),
            ),
          ),
        ),
      ),
    section(
      "Counts",
      known([
        ["Clicks", String(counts.clicks)],
        ["Rage clicks", String(counts.rageClicks)],
        ["Input events", String(counts.inputEvents)],
        [
          "Console",
          Object.entries(counts.console)
            .map(([level, count]) => `${count} ${level}`)
            .join(", ") || "nothing",
        ],
        ["Exceptions", String(counts.exceptions)],
        [
          "Requests",
          `${counts.networkRequests}, ${counts.networkFailing} failing, ` +
            `${counts.networkSlow} slow`,
        ],
        ["rrweb events", String(counts.events)],
        ["Unreadable", counts.damaged ? `${counts.damaged} events were left out` : null],
      ]),
    ),
    section(
      "Redacted before export",
      manifest.redactions.length
        ? pairs(manifest.redactions.map(({ kind, count }) => [kind, String(count)]))
        : h("p", { class: "fact" }, "Nothing was redacted."),
    ),
    section(
      "File",
      known([
        ["Made by", manifest.producer],
        ["Segments", segmentsText(manifest.segments)],
        ["SHA-256", h("code", {}, manifest.sha256)],
        ["Verified", verdict],
      ]),
      skipped,
      h(
        "p",
        { class: "fact" },
        "Pictures, fonts and style sheets that the recorder did not keep are left out: " +
          "this page never asks the network for them.",
      ),
    ),
  );
  return {
    name: "info",
    label: "Info",
    element,
    load: () => undefined,
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

function section(title: string, ...content: (Node | string | false)[]): HTMLElement {
  return h("div", { class: "info-section" }, h("h3", {}, title), ...content);
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
