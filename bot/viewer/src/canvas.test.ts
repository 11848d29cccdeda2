import { expect, test } from "vitest";
import { EventType, type RrwebEvent, Source } from "./rrweb";
import { Sanitizer } from "./sanitize";

const FRAME = "data:image/webp;base64,UklGRg==";

/** A sanitizer that has seen a page with one canvas, and the canvas's attributes. */
function withCanvas(attributes: Record<string, unknown>): Sanitizer {
  const canvas = { type: 2, id: 4, tagName: "canvas", attributes, childNodes: [] };
  const node = { type: 0, id: 1, childNodes: [canvas] };
  const sanitizer = new Sanitizer();
  sanitizer.apply({ type: EventType.FullSnapshot, timestamp: 1, data: { node } });
  return sanitizer;
}

function incremental(source: number, data: object): RrwebEvent {
  return { type: EventType.Incremental, timestamp: 5, data: { source, ...data } };
}

function drawing(type: string, base64: string): RrwebEvent {
  const blob = { rr_type: "Blob", type, data: [{ rr_type: "ArrayBuffer", base64 }] };
  const commands = [
    { property: "clearRect", args: [0, 0, 9, 9] },
    { property: "drawImage", args: [{ rr_type: "ImageBitmap", args: [blob] }, 0, 0] },
  ];
  return incremental(Source.CanvasMutation, { id: 4, commands });
}

/** The attributes that the sanitizer lets through of a change of the canvas's. */
function changed(sanitizer: Sanitizer, attributes: Record<string, unknown>) {
  sanitizer.apply(incremental(Source.Mutation, { attributes: [{ id: 4, attributes }] }));
  return attributes;
}

test("a blank canvas has its size and nothing on it", () => {
  const attributes: Record<string, unknown> = { width: "80", style: "color:red" };
  withCanvas(attributes);
  expect(attributes.style).toMatch(/^color:red;content:url\("data:image\/svg\+xml,%3Csvg/);
  expect(attributes.style).toContain("width='80' height='150'");
  expect(attributes.style).not.toContain("image href");
});

test("what was on a canvas when it was snapped is shown", () => {
  const attributes: Record<string, unknown> = { rr_dataURL: FRAME };
  withCanvas(attributes);
  expect(attributes.style).toContain(`href='${FRAME}'`);
  expect(attributes).not.toHaveProperty("rr_dataURL");
});

test("a frame becomes the canvas's content, without canvas replay", () => {
  const [made] = withCanvas({}).apply(drawing("image/webp", "UklGRg=="));
  expect(made?.data.source).toBe(Source.Mutation);
  expect(JSON.stringify(made?.data.attributes)).toContain(`href='${FRAME}'`);
});

test.each(['image/x");', "image/svg+xml", "text/html"])("a frame of type %s is dropped", (type) => {
  expect(withCanvas({}).apply(drawing(type, "AA=="))).toEqual([]);
  expect(withCanvas({}).apply(drawing("image/png", "AA'/>"))).toEqual([]);
});

test("a canvas keeps its frame through a change of style, and loses it with its size", () => {
  const sanitizer = withCanvas({});
  sanitizer.apply(drawing("image/webp", "UklGRg=="));
  expect(changed(sanitizer, { style: "border:0" }).style).toContain(FRAME);
  expect(changed(sanitizer, { style: null }).style).toContain(FRAME);
  expect(changed(sanitizer, { style: { color: "red", content: "none" } })).toEqual({
    style: { color: "red" },
  });
  const resized = changed(sanitizer, { width: "99" });
  expect(resized.style).toContain("width='99'");
  expect(resized.style).not.toContain(FRAME);
});
