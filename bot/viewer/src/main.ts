/**
 * Start of the viewer: reads the manifest, mounts the player, loads the segments, and
 * shows one readable sentence if that fails; a locked replay is unlocked first. The same
 * script, started in a worker, unpacks segments or makes a key instead.
 */
import { type App, mountApp } from "./app";
import { loadAssets } from "./assets";
import { h, icon, iconButton } from "./dom";
import { serveInflate, startInflater } from "./inflate";
import { Live } from "./live";
import { Loader, breather } from "./loading";
import { type PieceKind, type Unlocked, readLocked, unlockedPieces } from "./locked";
import { KEY_WORKER, serveKey } from "./passphraseKey";
import { type Manifest, UnreadableReplay, readManifest } from "./payload";
import { applyTheme } from "./preferences";
import { rawLines } from "./rawLines";
import { Recording } from "./recording";
import { Reel } from "./reel";
import { embeddedSegments, keptSegments, servedSegments } from "./segments";
import { Stage } from "./stage";
import "./style.css";
import { unlock } from "./unlock";

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
    if (app) app.fail(card);
    else root.replaceChildren(card);
    state.state = "error";
  };
  const play = async () => {
    const element = document.getElementById("replay-manifest");
    if (!element) throw new UnreadableReplay("This page holds no recording.");
    const { text, unlocked } = await unlockedManifest(element, root, script);
    const manifest = readManifest(text);
    const { segments, assets, download, expires, newer } = element.dataset;
    const pieces = (kind: PieceKind, count: number, base: string | undefined) => {
      const found = base
        ? servedSegments(base, count)
        : embeddedSegments(document, `replay-${kind}`);
      return unlocked ? unlockedPieces(unlocked, kind, count, found) : found;
    };
    const recording = new Recording(manifest);
    const reel = new Reel(manifest);
    const served = pieces("segment", manifest.segments.length, segments);
    const source = newer ? keptSegments(served) : served;
    const inflater = startInflater(script);
    let live: Live | null = null;
    const carried = pieces("asset", manifest.assets?.files.length ?? 0, assets);
    const loader = new Loader(manifest, source, inflater, recording, reel, {
      read: (text) => live?.note(text),
      progress: () => app && show(app, loader, recording, manifest),
      fail: (reason) => {
        if (loader.verified === false) app?.info.setVerdict("damaged");
        fail(reason);
      },
    });
    const stage = new Stage(manifest, reel, loader);
    const links = {
      download: download ?? null,
      expires: expires ?? null,
      newer: newer ?? null,
    };
    const lines = rawLines(manifest.segments, (index) => loader.open(index));
    const mounted = mountApp(root, manifest, recording, stage, links, lines);
    app = mounted;
    if (newer) {
      live = new Live(newer, manifest, loader, inflater, breather(), {
        state: mounted.showLive,
        grown() {
          mounted.grow();
          loader.loadOn().catch(fail);
        },
      });
    }
    // What the reader sees first is brought in first.
    stage.isReady(app.playback.windowId, app.playback.atMs);
    recording.assets = await loadAssets(manifest.assets, carried);
    await loader.load();
    if (loader.read === manifest.segments.length) live?.start();
  };
  play().catch(fail);
}

/** The manifest's text; of a locked replay once somebody has unlocked it. */
async function unlockedManifest(
  element: Element,
  root: HTMLElement,
  script: string,
): Promise<{ text: string; unlocked: Unlocked | null }> {
  const text = element.textContent ?? "";
  const locked = readLocked(text);
  if (!locked) return { text, unlocked: null };
  const state = document.documentElement.dataset;
  state.state = "locked";
  const unlocked = await unlock(root, locked, script);
  state.state = "loading";
  return { text: unlocked.manifest, unlocked };
}

/** Shows how far the recording is read. Throws UnreadableReplay where nothing is in it. */
function show(
  app: App,
  loader: Loader,
  recording: Recording,
  manifest: Manifest,
): void {
  const { segments, startMs } = manifest;
  const rest = segments.slice(loader.read).map(({ firstMs }) => firstMs);
  app.playback.loaded(rest.length ? Math.min(...rest) - startMs : Infinity);
  app.load(rest.length === 0);
  if (rest.length === 0) {
    if (recording.windowIds.length === 0) {
      throw new UnreadableReplay("This recording is empty: it holds no events.");
    }
    app.info.setVerdict(loader.verified === null ? "unchecked" : "intact");
    app.info.setSkipped(recording.skipped);
  }
  const state = document.documentElement.dataset;
  if (state.state === "loading" && loader.read > 0) state.state = "ready";
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
  if ((globalThis as { name?: string }).name === KEY_WORKER) {
    serveKey(globalThis as unknown as Parameters<typeof serveKey>[0]);
  } else {
    serveInflate(globalThis as unknown as Parameters<typeof serveInflate>[0]);
  }
} else {
  start();
}
