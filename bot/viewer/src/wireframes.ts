/**
 * A mobile recording's wireframes as the DOM nodes that look like them. Every
 * coordinate is absolute on the screen, so each node is placed by itself and nesting
 * only decides what lies on top. Values come from the recorded app and end up in style
 * text, so each is checked against the shape it should have.
 */
import { type JsonObject, list, number, object, text } from "./json";

/** rrweb's serialized node. */
export interface SerializedNode extends JsonObject {
  id: number;
  childNodes: SerializedNode[];
}

/** Gives the node ids: one per wireframe for good, fresh ones for what we add. */
export interface NodeIds {
  of(wireframe: JsonObject): number;
  fresh(): number;
}

const NODE = { document: 0, doctype: 1, element: 2, text: 3 } as const;
const ALIGN: Record<string, string> = {
  top: "flex-start",
  left: "flex-start",
  center: "center",
  bottom: "flex-end",
  right: "flex-end",
};
const TEXT_INPUTS = new Set(["text", "password", "email", "number", "search", "tel", "url"]);
const RESET =
  "*{margin:0;padding:0;box-sizing:border-box}" +
  "body{font:14px/1.2 system-ui,sans-serif;background:#fff;overflow:hidden}" +
  "input,button,select,textarea,progress{font:inherit;width:100%;height:100%}" +
  "label{display:flex;gap:8px;align-items:center}label input{width:auto;height:auto}" +
  ".mark{display:flex;align-items:center;justify-content:center;overflow:hidden;" +
  "color:#667;background:repeating-linear-gradient(45deg,#eef0f4 0 8px,#e3e6ec 8px 16px)}";

/** The whole document for a screen's wireframes; `body` is the body's fixed id. */
export function documentOf(wireframes: unknown, ids: NodeIds, body: number): SerializedNode {
  const style = element(ids.fresh(), "style", {}, [textNode(ids.fresh(), RESET)]);
  const parts = list(wireframes).map((wireframe) => nodeOf(object(wireframe), ids));
  const html = element(ids.fresh(), "html", {}, [
    element(ids.fresh(), "head", {}, [style]),
    element(body, "body", {}, parts),
  ]);
  const doctype = { type: NODE.doctype, id: ids.fresh(), name: "html", childNodes: [] };
  return { type: NODE.document, id: ids.fresh(), childNodes: [doctype, html] };
}

/** One wireframe with everything inside it. */
export function nodeOf(wireframe: JsonObject, ids: NodeIds): SerializedNode {
  const id = ids.of(wireframe);
  const node = contentOf(wireframe, id, ids);
  const children = list(wireframe.childWireframes);
  node.childNodes.push(...children.map((child) => nodeOf(object(child), ids)));
  return node;
}

/** A panel where the on-screen keyboard was: only its place is recorded. */
export function keyboardNode(payload: JsonObject, ids: NodeIds, id: number): SerializedNode {
  const placed = ["x", "y"].some((field) => number(payload[field]) !== null);
  const place = `position:fixed;width:${length(payload.width) || "100%"};height:${
    length(payload.height) || "40%"
  };`;
  const at = placed ? `left:${length(payload.x)};top:${length(payload.y)}` : "left:0;bottom:0";
  return element(id, "div", { class: "mark", style: place + at }, [
    textNode(ids.fresh(), "keyboard"),
  ]);
}

function contentOf(wireframe: JsonObject, id: number, ids: NodeIds): SerializedNode {
  const style = styleOf(wireframe);
  const say = (words: string) => [textNode(ids.fresh(), words)];
  const marked = (words: string) => element(id, "div", { class: "mark", style }, say(words));
  switch (text(wireframe.type)) {
    case null:
    case "div":
    case "rectangle":
    case "radio_group":
      return element(id, "div", { style }, []);
    case "text":
      return element(id, "div", { style }, say(text(wireframe.text) ?? ""));
    case "image":
    case "screenshot": {
      const src = pictureUrl(wireframe.base64);
      return src ? element(id, "img", { style, src }, []) : marked("picture");
    }
    case "input":
      return element(id, "div", { style }, [inputOf(wireframe, ids)]);
    case "status_bar":
    case "navigation_bar":
      return element(id, "div", { class: "mark", style }, []);
    case "placeholder":
      return marked(text(wireframe.label) ?? "");
    case "web_view":
      return marked(text(wireframe.url) ?? "web view");
    default:
      return marked(text(wireframe.type) ?? "");
  }
}

function inputOf(wireframe: JsonObject, ids: NodeIds): SerializedNode {
  const kind = text(wireframe.inputType) ?? "text";
  const value = text(wireframe.value) ?? String(number(wireframe.value) ?? "");
  const say = (words: string) => [textNode(ids.fresh(), words)];
  const make = (tag: string, attributes: JsonObject, children: SerializedNode[] = []) =>
    element(ids.fresh(), tag, attributes, children);
  if (kind === "button") return make("button", { type: "button" }, say(value));
  if (kind === "text_area" || kind === "textarea") return make("textarea", { value });
  if (kind === "select") return make("select", {}, [make("option", {}, say(value))]);
  if (kind === "progress") {
    return make("progress", { value, max: String(number(wireframe.max) ?? 100) });
  }
  if (kind === "checkbox" || kind === "radio" || kind === "toggle") {
    const checked = wireframe.checked === true ? { checked: true } : {};
    const box = make("input", { type: kind === "radio" ? kind : "checkbox", ...checked });
    return make("label", {}, [box, ...say(text(wireframe.label) ?? "")]);
  }
  return make("input", { type: "text", value: TEXT_INPUTS.has(kind) ? value : kind });
}

function styleOf(wireframe: JsonObject): string {
  const style = object(wireframe.style);
  const rules: [string, string][] = [
    ["position", "fixed"],
    ["left", length(wireframe.x) || "0"],
    ["top", length(wireframe.y) || "0"],
    ["width", length(wireframe.width)],
    ["height", length(wireframe.height)],
    ["overflow", wireframe.type === "text" ? "hidden" : ""],
    ["color", colour(style.color)],
    ["background-color", colour(style.backgroundColor)],
    ["background-image", backgroundOf(style.backgroundImage)],
    ["background-size", keyword(style.backgroundSize, ["contain", "cover", "auto"])],
    ["border-width", length(style.borderWidth)],
    ["border-radius", length(style.borderRadius)],
    ["border-color", colour(style.borderColor)],
    ["border-style", style.borderColor || style.borderWidth ? "solid" : ""],
    ["font-size", length(style.fontSize)],
    ["font-family", /^[\w ,-]{1,80}$/.exec(text(style.fontFamily) ?? "")?.[0] ?? ""],
    ["padding-left", length(style.paddingLeft)],
    ["padding-right", length(style.paddingRight)],
    ["padding-top", length(style.paddingTop)],
    ["padding-bottom", length(style.paddingBottom)],
    ["align-items", ALIGN[text(style.verticalAlign) ?? ""] ?? ""],
    ["justify-content", ALIGN[text(style.horizontalAlign) ?? ""] ?? ""],
    ["display", style.verticalAlign || style.horizontalAlign ? "flex" : ""],
  ];
  return rules
    .filter(([, value]) => value)
    .map(([property, value]) => `${property}:${value}`)
    .join(";");
}

function length(value: unknown): string {
  if (typeof value === "number" && Number.isFinite(value)) return `${value}px`;
  return /^\d{1,5}(\.\d+)?(px|vw|vh|%)?$/.exec(text(value) ?? "")?.[0] ?? "";
}

function colour(value: unknown): string {
  return /^#?[\w(),.% -]{1,60}$/.exec(text(value) ?? "")?.[0] ?? "";
}

function keyword(value: unknown, known: string[]): string {
  return known.find((word) => word === value) ?? "";
}

function backgroundOf(value: unknown): string {
  const url = pictureUrl(value);
  return url && `url("${url}")`;
}

const KINDS_BY_START: [string, string][] = [
  ["/9j/", "jpeg"],
  ["UklGR", "webp"],
  ["R0lGOD", "gif"],
];

/** SDKs send bare base64, mostly PNG, or a data: URL; anything else is no picture. */
function pictureUrl(value: unknown): string {
  const given = (text(value) ?? "").trim();
  const [, type, wrapped] = /^data:image\/(png|jpe?g|webp|gif);base64,([^]*)$/.exec(given) ?? [];
  const base64 = (wrapped ?? given).replace(/\s+/g, "");
  if (!base64 || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return "";
  const sniffed = KINDS_BY_START.find(([start]) => base64.startsWith(start))?.[1];
  return `data:image/${sniffed ?? type ?? "png"};base64,${base64}`;
}

function element(
  id: number,
  tagName: string,
  attributes: JsonObject,
  childNodes: SerializedNode[],
): SerializedNode {
  return { type: NODE.element, id, tagName, attributes, childNodes };
}

function textNode(id: number, textContent: string): SerializedNode {
  return { type: NODE.text, id, textContent, childNodes: [] };
}
