/**
 * Start of the viewer: reads the manifest, mounts the player, loads the segments, and
 * shows one readable sentence if that fails. The same script, started in a worker,
 * unpacks segments instead.
 */
import { type App, mountApp } from "./app";
import { h, icon, iconButton } from "./dom";
import { serveInflate, startInflater } from "./inflate";
import { loadRecording } from "./loading";
import { UnreadableReplay, readManifest } from "./payload";
import { applyTheme } from "./preferences";
import { Recording } from "./recording";
import { embeddedSegments, servedSegments } from "./segments";
import "./style.css";

function start(): void {
  // In development this is a module, which has no text of its own to start a worker from.
  const script = document.currentScript?.textContent ?? "";
  const root = document.getElementById("app");
  if (!root) return;
  const state = document.documentElement.dataset;
  state.state = "loading";
  applyTheme();
  let app: App | null = null;
  const fail = (reason: unknown) => {
    const card = errorCard(reason);
    // What is already playing is worth more than a page that says why the rest is not.
    if (app && state.state === "ready") {
      app.playback.incomplete = true;
      card.classList.add("corner");
      document.body.append(card);
    } else {
      root.replaceChildren(card);
    }
    state.state = "error";
  };
  try {
    const element = document.getElementById("replay-manifest");
    if (!element) throw new UnreadableReplay("This page holds no recording.");
    const manifest = readManifest(element.textContent ?? "");
    const { segments, download, expires } = element.dataset;
    const recording = new Recording(manifest);
    app = mountApp(root, manifest, recording, {
      download: download ?? null,
      expires: expires ?? null,
    });
    const source = segments
      ? servedSegments(segments, manifest.segments.length)
      : embeddedSegments(document);
    loadRecording(manifest, source, startInflater(script), recording, app, () => {
      state.state = "ready";
    }).catch(fail);
  } catch (reason) {
    fail(reason);
  }
}

function errorCard(reason: unknown): HTMLElement {
  const readable = reason instanceof Error && reason.message ? reason.message : String(reason);
  const card: HTMLElement = h(
    "div",
    { class: "error-card", testid: "error", attrs: { role: "alert" } },
    icon("alert"),
    h("p", {}, readable),
    iconButton("close", "Close", () => card.remove()),
  );
  return card;
}

if (typeof document === "undefined") {
  serveInflate(globalThis as unknown as Parameters<typeof serveInflate>[0]);
} else {
  start();
}
