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

/** A piece of the replayer's distributed code, and what stands there in our build. */
type Edit = [was: string, is: string];

/**
 * The replayer brings two copies of PostCSS, for rewriting :hover in recorded styles.
 * css.ts does that before the replayer sees them, so both copies stay out: a third of
 * the page, and most of the time a large style sheet takes.
 */
const WITHOUT_POSTCSS: Edit[] = [
  ["var postcssExports$1 = requirePostcss$1();", "var postcssExports$1 = {};"],
  ["var postcssExports = requirePostcss();", "var postcssExports = {};"],
  [
    `const ast = postcss$1([
      mediaSelectorPlugin,
      pseudoClassPlugin
    ]).process(cssText);
    result2 = ast.css;`,
    "",
  ],
];

const CHANGE_SHEETS = `this.constructedStyleMutations.forEach((data) => {
          this.applyStyleSheetMutation(data);
        });
        this.constructedStyleMutations = [];`;
const ADOPT_SHEETS = `this.adoptedStyleSheets.forEach((data) => {
          this.applyAdoptedStyleSheet(data);
        });
        this.adoptedStyleSheets = [];`;
const ADOPT_AND_CHANGE_SHEETS = `this.adoptedStyleSheets.forEach((data) => {
          if (data.styleIds) this.applyAdoptedStyleSheet(data);
          else this.applyStyleSheetMutation(data);
        });
        this.adoptedStyleSheets = [];`;

/**
 * At the end of a seek the replayer makes all changes of constructed style sheets, and
 * then has all of them adopted, so that a sheet both adopted and changed on the way keeps
 * its first rules. One queue for both keeps their order.
 */
const SHEETS_IN_ORDER: Edit[] = [
  [`${CHANGE_SHEETS}\n        ${ADOPT_SHEETS}`, ADOPT_AND_CHANGE_SHEETS],
  ["this.constructedStyleMutations.push(d)", "this.adoptedStyleSheets.push(d)"],
];

/**
 * Seeking forward the replayer goes on from the last event it applied. If that is a mouse
 * movement it goes on from the movement's beginning, and so makes changes again that an
 * earlier seek made already. And applying an event writes into it: removals of nodes that
 * are not there are struck out of it, and a style's new text goes into the node's first
 * description, so that the next seek backwards finds another recording. How far the page
 * was scrolled at the end of one seek is applied once more at the end of the next.
 */
const NOTHING_TWICE: Edit[] = [
  [
    `lastPlayedTimestamp = lastPlayedEvent.timestamp + ((_a2 = lastPlayedEvent.data.positions[0]) == null ? void 0 : _a2.timeOffset);
          }`,
    `lastPlayedTimestamp = Math.max(
              lastPlayedEvent.timestamp + (lastPlayedEvent.data.positions[0]?.timeOffset ?? 0),
              timer.caughtUpTo ?? 0
            );
          }
          timer.caughtUpTo = baselineTime - 0.01;`,
  ],
  ["d.removes = d.removes.filter(", "d = { ...d };\n    d.removes = d.removes.filter("],
  [
    "this.usingVirtualDom = true;\n      buildFromDom(",
    "this.usingVirtualDom = true;\n      this.virtualDom.scrollData = null;\n      buildFromDom(",
  ],
  [
    `Object.assign(
                    newSn.attributes,
                    mutation.attributes
                  );
                  const siblingNode`,
    "const siblingNode",
  ],
];

/**
 * A page is as long as its pictures make it, and those are decoded after the seek that put
 * them there: so what could not be scrolled to then is scrolled to when they are.
 */
const SCROLL_AGAIN: Edit[] = [
  [
    "applyScroll(d, isSync) {",
    `applyScroll(d, isSync, isRepeat) {
    if (!isRepeat) (this.lastScrolls ??= new Map()).set(d.id, d);
    const images = isSync && !isRepeat ? [...(this.iframe.contentDocument?.images ?? [])] : [];
    for (const image of images.filter(({ complete }) => !complete).slice(0, 500)) {
      const again = () => {
        if (image.isConnected && this.lastScrolls.get(d.id) === d) this.applyScroll(d, true, true);
      };
      image.addEventListener("load", again, { once: true });
    }`,
  ],
  [
    "(_a2 = this.iframe.contentWindow) == null ? void 0 : _a2.scrollTo(event.data.initialOffset);",
    `const { left: x, top: y } = event.data.initialOffset ?? {};
            this.applyScroll({ id: event.data.node.id, x, y }, true);`,
  ],
];

/**
 * An event that cannot be replayed would stop the clock of the replay, and a medium that
 * cannot be played would be an error of the page.
 */
const GOES_ON: Edit[] = [
  [
    `const wrappedCastFn = () => {
        if (castFn) {
          castFn();
        }`,
    `const wrappedCastFn = () => {
        try {
          castFn?.();
        } catch {}`,
  ],
  [
    'node2.play().catch((e2) => console.warn("media playback error", e2));',
    "node2.play().catch(() => {});",
  ],
  ["void oldMediaElement.play()", "void oldMediaElement.play().catch(() => {})"],
  ["void target.play();", "target.play().catch(() => {});"],
];

/** The version is pinned; an edit that no longer finds its place fails the build. */
function editedReplayer(): Plugin {
  return {
    name: "edited-replayer",
    apply: "build",
    transform(code, id) {
      if (!id.endsWith("/@rrweb/replay/dist/replay.js")) return null;
      const edits = [
        ...WITHOUT_POSTCSS,
        ...SHEETS_IN_ORDER,
        ...NOTHING_TWICE,
        ...SCROLL_AGAIN,
        ...GOES_ON,
      ];
      return { code: edits.reduce((edited, [was, is]) => place(edited, was, is), code) };
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
