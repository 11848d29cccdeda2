/**
 * Builds the viewer into one page, bot/exporter/viewer.html: the viewer's style and
 * script, and the script that unpacks them once the exporter has compressed them; ASCII
 * only, with the exporter's placeholders left in place. In development the page opens
 * on the sample recording, and nothing is compressed.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Plugin, build } from "vite";
import { defineConfig } from "vitest/config";
import { EDITS } from "./replayerEdits.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MODULE_TAG = '<script type="module" src="/src/main.ts"></script>';
const STYLE_TAG = '<style id="viewer-style"></style>';

/** JavaScript with every character outside ASCII as a \u escape, and no end of script. */
function asciiScript(code: string): string {
  return code
    .trim()
    .replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/<\/(script)/gi, "<\\/$1")
    .replace(/<!--/g, "<\\!--");
}

function asciiStyle(css: string): string {
  return css
    .trim()
    .replace(/[^\x00-\x7f]/gu, (point) => `\\${(point.codePointAt(0) ?? 0).toString(16)} `);
}

function place(page: string, tag: string, content: string): string {
  if (page.split(tag).length !== 2) throw new Error(`expected exactly once: ${tag}`);
  return page.replace(tag, () => content);
}

/** The version is pinned; an edit that no longer finds its place fails the build. */
function editedReplayer(): Plugin {
  return {
    name: "edited-replayer",
    apply: "build",
    transform(code, id) {
      if (!id.endsWith("/@rrweb/replay/dist/replay.js")) return null;
      return { code: EDITS.reduce((edited, [was, is]) => place(edited, was, is), code) };
    },
  };
}

async function bootScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: here("src/boot.ts"), output: { format: "iife" } },
    },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  const [chunk] = bundle && "output" in bundle ? bundle.output : [];
  if (chunk?.type !== "chunk") throw new Error("the build made no script to start with");
  return chunk.code;
}

function onePage(): Plugin {
  return {
    name: "one-page",
    apply: "build",
    // After Vite's own plugins, one of which puts the style sheet into the bundle.
    enforce: "post",
    async generateBundle(_options, bundle) {
      let script = "";
      let style = "";
      for (const [name, item] of Object.entries(bundle)) {
        if (item.type === "chunk") script += item.code;
        else if (name.endsWith(".css")) style += String(item.source);
        else throw new Error(`${name} cannot be part of the one page`);
        delete bundle[name];
      }
      if (!script || !style) throw new Error("the build made no script or no style");
      let page = readFileSync(here("index.html"), "utf8");
      const scripts =
        `<script id="viewer-script">${asciiScript(script)}</script>\n` +
        `<script>${asciiScript(await bootScript())}</script>`;
      page = place(page, MODULE_TAG, scripts);
      page = place(page, STYLE_TAG, `<style id="viewer-style">${asciiStyle(style)}</style>`);
      this.emitFile({ type: "asset", fileName: "viewer.html", source: page });
    },
  };
}

function sampleInDevelopment(): Plugin {
  return {
    name: "sample-in-development",
    apply: "serve",
    transformIndexHtml(page) {
      const manifest = readFileSync(here("samples/manifest.json"), "utf8");
      const tag =
        '<script type="application/json" id="replay-manifest" data-segments="/checkout.zst?part=">' +
        `${manifest.replace(/</g, "\\u003c")}</script>`;
      return page
        .replace('charset="windows-1252"', 'charset="utf-8"')
        .replace("<!--replay:manifest-->", tag);
    },
  };
}

export default defineConfig({
  root: here("."),
  publicDir: here("samples"),
  plugins: [editedReplayer(), onePage(), sampleInDevelopment()],
  build: {
    outDir: here("../exporter"),
    emptyOutDir: false,
    copyPublicDir: false,
    target: "es2022",
    // The first versions with light-dark(), which older targets would have rewritten.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: here("src/main.ts"),
      output: { format: "iife", entryFileNames: "viewer.js" },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
