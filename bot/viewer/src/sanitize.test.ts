import { expect, test } from "vitest";
import { EventType, type RrwebEvent, Source } from "./rrweb";
import { Sanitizer } from "./sanitize";

type Attributes = Record<string, unknown>;

/** The attributes the replayer would be given for one element. */
function attributesAfter(tagName: string, attributes: Attributes): Attributes {
  const element = { type: 2, id: 2, tagName, attributes, childNodes: [] };
  const node = { type: 0, id: 1, childNodes: [element] };
  new Sanitizer().apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  return element.attributes;
}

function incremental(source: number, data: object): RrwebEvent {
  return { type: EventType.Incremental, timestamp: 5, data: { source, ...data } };
}

test.each([
  ["iframe", { src: "https://evil/" }],
  ["iframe", { srcdoc: "<script>1</script>" }],
  ["iframe", { rr_src: "https://evil/" }],
  ["link", { href: "https://evil/a.css" }],
  ["link", { href: "//evil" }],
  ["base", { href: "https://evil/" }],
  ["meta", { "http-equiv": "refresh" }],
  ["form", { action: "https://evil/" }],
  ["button", { formaction: "https://evil/" }],
  ["object", { data: "https://evil/x.swf" }],
  ["video", { poster: "https://evil/p.png" }],
  ["img", { srcset: "https://evil/2x.png 2x" }],
  ["img", { onerror: "alert(1)" }],
  ["body", { ONLOAD: "alert(1)" }],
  ["use", { "xlink:href": "https://evil/s.svg#a" }],
  ["a", { ping: "https://evil/" }],
  ["link", { rel: "preconnect", HREF: "https://evil/" }],
  ["link", { rel: "dns-prefetch", href: ["https://evil/"] }],
  ["LINK", { REL: "prefetch", Href: { toString: "https://evil/" } }],
  ["video", { SRC: "https://evil/v.mp4", POSTER: "https://evil/p.png" }],
  ["iframe", { src: "data:image/svg+xml,<svg onload='top.ran=1'/>" }],
  ["embed", { src: "data:image/svg+xml,<svg/>" }],
  ["object", { DATA: "data:image/svg+xml,<svg/>" }],
  ["set", { attributeName: "xlink:href" }],
])("<%s> loses %j", (tag, attributes) => {
  expect(attributesAfter(tag, attributes)).toEqual({});
});

test("a script is none, however its name is written", () => {
  const script = { type: 2, id: 2, tagName: "SCRIPT", attributes: {}, childNodes: [] };
  const node = { type: 0, id: 1, childNodes: [script] };
  new Sanitizer().apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  expect(script.tagName).toBe("noscript");
});

test("a font is kept where all of its sources are in the recording", () => {
  const font = (fontSource: string) =>
    new Sanitizer().apply(incremental(Source.Font, { fontSource, buffer: false }));
  expect(font("url(data:font/woff2;base64,AA==)")).toHaveLength(1);
  expect(font("url(data:font/woff2;base64,AA==), url(https://evil/f.woff)")).toEqual([]);
  expect(font("https://evil/f.woff")).toEqual([]);
});

test("a picture that is not in the recording becomes a placeholder, an inlined one stays", () => {
  expect(attributesAfter("img", { src: "https://shop/a.png" }).src).toMatch(/^data:image\/svg/);
  const inlined = { src: "data:image/png;base64,AAAA" };
  expect(attributesAfter("img", { ...inlined })).toEqual(inlined);
});

test("a link keeps its looks and leads nowhere", () => {
  expect(attributesAfter("a", { href: "javascript:alert(1)", class: "x" })).toEqual({
    href: "#",
    class: "x",
  });
});

test("a style attribute loses its outside pictures only", () => {
  const style = "color:red;background:url(https://evil/a.png)";
  expect(attributesAfter("div", { style }).style).toBe("color:red;background:url(data:,)");
});

test("style changes are cleaned in mutations too, as text and as properties", () => {
  const change = {
    id: 9,
    attributes: { style: { background: "url('https://evil')", color: ["url(//e)", "important"] } },
  };
  new Sanitizer().apply(incremental(Source.Mutation, { attributes: [change] }));
  expect(change.attributes.style).toEqual({
    background: "url(data:,)",
    color: ["url(data:,)", "important"],
  });
});

test("the text of a style element is cleaned, and cleaned again when it changes", () => {
  const sanitizer = new Sanitizer();
  const css = { type: 3, id: 3, textContent: '@import "https://evil/a.css"; a:hover{color:red}' };
  const style = { type: 2, id: 2, tagName: "style", attributes: {}, childNodes: [css] };
  const node = { type: 0, id: 1, childNodes: [style] };
  sanitizer.apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  expect(css.textContent.trim()).toBe("a.\\:hover{color:red}");
  const change = { id: 3, value: "a{background:url(https://evil)}" };
  sanitizer.apply(incremental(Source.Mutation, { texts: [change] }));
  expect(change.value.trim()).toBe("a{background:url(data:,)}");
});

test("visible text is left alone, even where it reads like a style", () => {
  const change = { id: 8, value: "write url(https://example.com) here" };
  new Sanitizer().apply(incremental(Source.Mutation, { texts: [change] }));
  expect(change.value).toBe("write url(https://example.com) here");
});

test("a masked number is shown by a field that takes text", () => {
  const sanitizer = new Sanitizer();
  const field = { type: 2, id: 2, tagName: "input", attributes: { type: "number" }, childNodes: [] };
  const node = { type: 0, id: 1, childNodes: [field] };
  sanitizer.apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  const made = sanitizer.apply(incremental(Source.Input, { id: 2, text: "***" }));
  expect(made).toHaveLength(2);
  expect(made[0]?.data.attributes).toEqual([{ id: 2, attributes: { type: "text" } }]);
});

test("a sheet is replaced at once, so that rules added behind that are not refused", () => {
  const event = incremental(Source.StyleSheetRule, { styleId: 1, replace: "a:hover{}" });
  new Sanitizer().apply(event);
  expect(event.data).toEqual({
    source: Source.StyleSheetRule,
    styleId: 1,
    replaceSync: "a.\\:hover{}",
  });
});

test.each([
  [["@imp", "ort '//e';a{b:c}"], ["a{b:c}", ""]],
  [["a{b:u", "rl(//e)}"], ["a{b:url(data:,)}", ""]],
  [["a{b:c}", "d:hover{e:f}"], ["a{b:c}", "d.\\:hover{e:f}"]],
])("the texts of a sheet, %j, are as harmless together as apart", (texts, expected) => {
  const childNodes = texts.map((textContent, index) => ({ type: 3, id: 3 + index, textContent }));
  const style = { type: 2, id: 2, tagName: "style", attributes: {}, childNodes };
  const node = { type: 0, id: 1, childNodes: [style] };
  new Sanitizer().apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  expect(childNodes.map(({ textContent }) => textContent)).toEqual(expected);
  const marked = attributesAfter("style", { _cssText: texts.join("/* rr_split */") });
  expect(marked._cssText).toBe(expected.filter(Boolean).join("/* rr_split */"));
});

test("a text that joins a sheet later neither ends a word of it nor begins one", () => {
  const sanitizer = new Sanitizer();
  const style = { type: 2, id: 2, tagName: "style", attributes: {}, childNodes: [] };
  const node = { type: 0, id: 1, childNodes: [style] };
  sanitizer.apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  const added = { type: 3, id: 3, textContent: "ort '//e';a:hover{}" };
  const adds = [{ parentId: 2, nextId: null, node: added }];
  sanitizer.apply(incremental(Source.Mutation, { adds }));
  expect(added.textContent).toBe("\nort '//e';a.\\:hover{}\n");
});

test.each([
  [Source.StyleSheetRule, { styleId: 1, adds: [{ rule: ["a{b:url(//e)}"] }] }],
  [Source.StyleSheetRule, { styleId: 1, replace: ["a{b:url(//e)}"] }],
  [Source.StyleDeclaration, { styleId: 1, set: { property: "b", value: ["url(//e)"] } }],
  [Source.AdoptedStyleSheet, { styles: [{ rules: [{ rule: ["a{b:url(//e)}"] }] }] }],
  [Source.Mutation, { attributes: [{ id: 1, attributes: { style: { b: [["url(//e)"], ""] } } }] }],
  [Source.Mutation, { attributes: [{ id: 1, attributes: { STYLE: ["b:url(//e)"] } }] }],
])("what should be a text and is none is never made one: %j %j", (source, data) => {
  const [made] = new Sanitizer().apply(incremental(source, data));
  expect(JSON.stringify(made)).not.toContain("//e");
});

test.each([
  { mask: "u\\72l(//e)" },
  { cursor: "image-set('//e' 1x)" },
  { style: ["background:url(//e)"] },
  { href: "data:image/svg+xml,<svg/>#a" },
  { href: "'#a" },
])("a part of a drawing keeps nothing of %j that leads out", (attributes) => {
  expect(JSON.stringify(attributesAfter("use", attributes))).not.toMatch(/\/\/e|data:image|'#/);
});
