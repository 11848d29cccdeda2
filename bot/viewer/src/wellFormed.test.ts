import { expect, test } from "vitest";
import { type RrwebEvent, EventType, Source } from "./rrweb";
import { Sanitizer } from "./sanitize";
import { positions, putRight } from "./wellFormed";

type Node = Record<string, unknown>;

/** What is left of a node inside an element. */
function child(node: unknown): Node | undefined {
  const parent: Node = { type: 2, id: 1, tagName: "p", attributes: {}, childNodes: [node] };
  putRight(parent);
  return (parent.childNodes as Node[])[0];
}

function element(tagName: unknown, more: Node = {}): Node {
  return { type: 2, id: 9, tagName, attributes: {}, childNodes: [], ...more };
}

test.each(["<x>", "", "a b", "constructor", "__proto__", ["iframe"], null])(
  "an element called %j is a div, as recorders write it",
  (name) => {
    expect(child(element(name))?.tagName).toBe("div");
  },
);

test.each(["p", "X-Y", "o:p", "emotion-\u{1f60d}", "fe\u00e9"])("%s stays an element of its name", (name) => {
  expect(child(element(name))?.tagName).toBe(name);
});

test("an element of a drawing is known by the name behind its prefix", () => {
  expect(child(element("svg:script", { isSVG: true }))?.tagName).toBe("script");
});

test.each([
  null,
  { type: 99, id: 9 },
  { type: 1, id: 9, name: "html" },
  { type: 0, id: 9, childNodes: [] },
  { ...element("p"), id: "9" },
  { type: 2, tagName: "p" },
])("%j is no content of an element", (node) => {
  expect(child(node)).toBeUndefined();
});

test("what is missing of a node is put there", () => {
  expect(child({ type: 2, id: 9, tagName: "p" })).toEqual(element("p"));
  expect(child({ type: 4, id: 9, textContent: ["x"] })).toEqual({ type: 3, id: 9, textContent: "" });
});

test.each([
  [element("img", { isShadowHost: true }), element("img")],
  [element("div", { isCustom: true }), element("div")],
  [element("font-face", { isCustom: true, isShadowHost: true }), element("font-face")],
  [element("p", { attributes: { rr_mediaState: "played" } }), element("p")],
  [element("video", { attributes: { rr_mediaVolume: 5 } }), element("video")],
])("%j is asked for nothing that it cannot do", (node, expected) => {
  expect(child(node)).toEqual(expected);
});

test("what can be a host, a custom element or a medium stays one", () => {
  const host = element("my-box", { isCustom: true, isShadowHost: true });
  expect(child({ ...host })).toEqual(host);
  const film = element("video", { attributes: { rr_mediaState: "played", rr_mediaVolume: 0.5 } });
  expect(child(structuredClone(film))).toEqual(film);
});

test("a document holds one doctype and one element", () => {
  const doctype = { type: 1, id: 2, name: "a b", publicId: 5 };
  const text = { type: 3, id: 3, textContent: "x" };
  const page: Node = { type: 0, id: 1, childNodes: [doctype, text, element("html"), element("html")] };
  putRight(page);
  expect(page.childNodes).toEqual([
    { type: 1, id: 2, name: "html", publicId: "", systemId: "" },
    element("html"),
  ]);
});

test("what nests deeper than browsers read is left out", () => {
  let node = element("p");
  for (let depth = 0; depth < 5000; depth++) node = element("p", { childNodes: [node] });
  expect(putRight(node)).toBe(true);
  let depth = 0;
  for (let at: Node | undefined = node; at; at = (at.childNodes as Node[])[0]) depth++;
  expect(depth).toBeLessThan(600);
});

test("a place without numbers is none", () => {
  const place = { x: 1, y: 2, id: 3, timeOffset: -5 };
  expect(positions([place, null, { ...place, timeOffset: "x" }, {}])).toEqual([place]);
});

test("a page comes into a frame, and nowhere else", () => {
  const sanitizer = new Sanitizer();
  const body = element("body", { childNodes: [{ ...element("iframe"), id: 10 }] });
  const html = { ...element("html", { childNodes: [body] }), id: 2 };
  const snapshot = { node: { type: 0, id: 1, childNodes: [html] } };
  sanitizer.apply({ type: EventType.FullSnapshot, timestamp: 1, data: snapshot });
  const added = (parentId: number) => {
    const node = { type: 0, id: 20, childNodes: [] };
    const data = { source: Source.Mutation, adds: [{ parentId, nextId: null, node }] };
    const event: RrwebEvent = { type: EventType.Incremental, timestamp: 2, data };
    sanitizer.apply(event);
    return data.adds.length;
  };
  expect([added(10), added(9), added(1)]).toEqual([1, 0, 0]);
});
