import { expect, test, vi } from "vitest";
import { type AssetIndex, type Assets, NO_ASSETS, readAssets } from "./assetIndex";
import { CarriedAssets, carriedOf, loadAssets } from "./assets";
import { inertCss, sheetForReplay } from "./css";
import { EventType, type RrwebEvent, Source } from "./rrweb";
import { Sanitizer } from "./sanitize";

/** Carries pictures and sheets by name, as blob:NAME. */
function carrying(sheets: Record<string, string> = {}, ...pictures: string[]): Assets {
  const names = [...Object.keys(sheets), ...pictures];
  return new CarriedAssets(
    new Map(names.map((name, number) => [name, number])),
    names.map((name) => (name in sheets ? null : `blob:${name}`)),
    names.map((name) => sheets[name] ?? null),
  );
}

function attributesAfter(assets: Assets, tagName: string, attributes: object): object {
  const element = { type: 2, id: 2, tagName, attributes, childNodes: [] };
  const node = { type: 0, id: 1, childNodes: [element] };
  new Sanitizer(assets).apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  return element.attributes;
}

const PNG = carrying({}, "a.png");

test.each([
  ["a{b:url(a.png)}", 'a{b:url("blob:a.png")}'],
  ["a{b:url( 'a.png' )}", 'a{b:url("blob:a.png")}'],
  ["a{b:url(a\\.png)}", 'a{b:url("blob:a.png")}'],
  ['a{b:url("a.png#part")}', 'a{b:url("blob:a.png#part")}'],
  ["a{b:url('a.png#x\")}y{')}", 'a{b:url("blob:a.png#x%22)%7Dy%7B")}'],
  ["a{b:image-set('a.png' 1x,'b.png' 2x)}", 'a{b:url("blob:a.png")}'],
  ["a{b:url(other.png)}", "a{b:url(data:,)}"],
  ["@font-face{src:url(a.png),url(b)}", '@font-face{src:url("blob:a.png"),local("-")}'],
])("%s shows what is carried and nothing else", (css, expected) => {
  expect(inertCss(css, PNG)).toBe(expected);
});

test.each([
  ['@import "a.css";c{}', "a{b:d}c{}"],
  ["@import url(a.css) screen and (min-width:9px);", "@media screen and (min-width:9px){a{b:d}}"],
  ["@import 'a.css' layer(x.y) supports(display:grid);", "@supports (display:grid){@layer x.y{a{b:d}}}"],
  ['@import url( "a.css" ) print;', "@media print{a{b:d}}"],
  ["@import 'a.css' layer;", "@layer {a{b:d}}"],
  ['@import "other.css";c{}', "c{}"],
  ['@import "a.css" x{}y{z:url(//evil)};c{}', "c{}"],
  ['@import "a.css" "//evil";', ""],
  ['@import "a.css" url(//evil);', ""],
])("%s brings the sheet that is carried, under its conditions", (css, expected) => {
  expect(inertCss(css, carrying({ "a.css": "a{b:d}" }))).toBe(expected);
});

test("a carried sheet is made inert like every other", () => {
  const css = "@import '//evil/x.css';a:hover{b:url(//evil),url(a.png)}";
  const assets = carrying({ "a.css": css }, "a.png");
  expect(assets.sheet("a.css")).toBe('a:hover{b:url(data:,),url("blob:a.png")}');
  expect(sheetForReplay('@import "a.css";', assets)).toBe(
    'a.\\:hover{b:url(data:,),url("blob:a.png")}',
  );
});

test("sheets that import each other, or double without end, come to an end", () => {
  const circle = carrying({ "a.css": '@import "b.css";a{}', "b.css": '@import "a.css";b{}' });
  expect(circle.sheet("a.css")).toBe("b{}a{}");
  const doubling: Record<string, string> = { "0.css": "a{b:c}".repeat(1000) };
  for (let step = 1; step < 60; step++) {
    doubling[`${step}.css`] = `@import "${step - 1}.css";`.repeat(2);
  }
  expect(carrying(doubling).sheet("59.css")?.length ?? 0).toBeLessThan(2_000_001);
});

test.each([
  ["img", { src: " a.png " }, { src: "blob:a.png" }],
  ["img", { src: "other.png", srcset: "b.png 1x, a.png 2x" }, { src: "blob:a.png" }],
  ["input", { src: "a.png" }, { src: "blob:a.png" }],
  ["video", { poster: "a.png" }, { poster: "blob:a.png" }],
  ["td", { background: "a.png" }, { background: "blob:a.png" }],
  ["image", { "xlink:href": "a.png" }, { "xlink:href": "blob:a.png" }],
  ["use", { href: "a.png" }, {}],
  ["a", { href: "a.png" }, { href: "#" }],
  ["iframe", { src: "a.png" }, {}],
  ["object", { data: "a.png" }, {}],
  ["embed", { src: "a.png" }, {}],
  ["link", { rel: "icon", href: "a.png" }, {}],
])("<%s %j> shows it where a picture belongs", (tag, attributes, expected) => {
  expect(attributesAfter(PNG, tag, attributes)).toEqual(expected);
});

test("a link to a carried sheet becomes its text; one the recorder kept stays", () => {
  const assets = carrying({ "a.css": "a{b:url(a.png)}" }, "a.png");
  const link = { rel: "stylesheet", href: "a.css", media: "print" };
  expect(attributesAfter(assets, "link", { ...link })).toEqual({
    _cssText: 'a{b:url("blob:a.png")}',
    media: "print",
  });
  const kept = attributesAfter(assets, "link", { ...link, _cssText: "x{y:z}" });
  expect(kept).toMatchObject({ _cssText: "x{y:z}" });
  expect(attributesAfter(assets, "link", { ...link, rel: "preload" })).toEqual({ media: "print" });
});

test("a font that a script loaded is kept where it is carried", () => {
  const font = (fontSource: string): RrwebEvent => ({
    type: EventType.Incremental,
    timestamp: 5,
    data: { source: Source.Font, fontSource, buffer: false },
  });
  const [made] = new Sanitizer(PNG).apply(font("url(a.png), url(//evil/f)"));
  expect(made?.data.fontSource).toBe('url("blob:a.png"), url(data:,)');
  expect(new Sanitizer(PNG).apply(font("url(//evil/f)"))).toEqual([]);
});

test("of a srcset the first carried candidate is taken", () => {
  expect(carriedOf("x,y.png 1x,a.png 2x", PNG)).toBe(null);
  expect(carriedOf("x,y.png 1x, a.png 2x", PNG)).toBe("blob:a.png");
  expect(carriedOf("", PNG)).toBe(null);
});

const sha = async (text: string) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("hex");
};

test("only known types are shown, and only the bytes that the manifest names", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const bodies = ["png", "page", "changed", "css", "script"];
  const types = ["image/png", "text/html", "image/png", "text/css", "text/javascript"];
  const files = await Promise.all(
    types.map(async (type, at) => ({ bytes: 1, type, sha256: await sha(bodies[at] ?? "") })),
  );
  const index: AssetIndex = {
    files,
    urls: new Map(types.map((_, at) => [String(at), at])),
    missing: [],
    missingCount: 0,
  };
  const made = vi.spyOn(URL, "createObjectURL");
  const assets = await loadAssets(index, async (at) =>
    at === 2 ? bytes("other") : bytes(bodies[at] ?? ""),
  );
  expect(assets.url("0")).toMatch(/^blob:/);
  expect(["1", "2", "3", "4", "5"].map((name) => assets.url(name))).toEqual(Array(5).fill(null));
  expect(assets.sheet("3")).toBe("css");
  expect(assets.sheet("0")).toBe(null);
  expect(made.mock.calls.map(([blob]) => (blob as Blob).type)).toEqual(["image/png"]);
  made.mockRestore();
});

test("a replay whose assets are lost is played without them", async () => {
  const index = readAssets({ files: [{ type: "image/png" }], urls: [{ url: "a", file: 0 }] });
  expect((await loadAssets(index, async () => null)).url("a")).toBe(null);
  const failing = () => Promise.reject(new Error("gone"));
  expect((await loadAssets(index, failing)).url("a")).toBe(null);
  expect(await loadAssets(readAssets(null), failing)).toBe(NO_ASSETS);
});

test.each(["@import ", '@import "', "url('", "image-set(", '@import "a.css" '])(
  "half a megabyte of %s is cleaned in well under a second with assets too",
  (piece) => {
    const css = `a{b:c}${piece.repeat(Math.ceil(500_000 / piece.length))}`;
    const before = performance.now();
    sheetForReplay(css, carrying({ "a.css": "a{}" }));
    expect(performance.now() - before).toBeLessThan(1000);
  },
);
