/**
 * Recorded nodes in a shape that the replayer can build. A recorder writes no other, but
 * anybody can send a recording, and one node that cannot be built would cost the whole
 * picture. What such a node may load or do is sanitize.ts's business.
 */
import { type JsonObject, list, number, object, text } from "./json";

export const NodeType = {
  Document: 0,
  DocumentType: 1,
  Element: 2,
  Text: 3,
  Cdata: 4,
  Comment: 5,
} as const;

/** Browsers lay out what is nested by calling themselves; their parsers stop here too. */
const MAX_DEPTH = 512;
const TAG = /^[a-z_][\w.:\u00b7-\uffff-]*$/i;
/** Frames that browsers refuse here, each with an error. */
const REFUSED_TAG = /^(fencedframe|controlledframe|portal)$/i;
const CUSTOM_TAG = /^[a-z][\w.]*-[\w.-]*$/;
/** Look like names of custom elements and are none. */
const NEVER_CUSTOM = /^(annotation-xml|color-profile|missing-glyph|font-face.*)$/;
const SHADOW_HOST =
  /^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/i;
const MEDIA_TAG = /^(audio|video)$/i;
const DOCTYPE_NAME = /^[a-z]{1,20}$/i;
const ATTRIBUTE = /^[a-z_:][\w.:\u00b7-\uffff-]*$/i;

/** Whether an element plays; nothing else is asked to. */
export function isMedium(tag: string): boolean {
  return MEDIA_TAG.test(tag);
}

/** Puts a node right, in place, with all it holds; false where nothing can be made of it. */
export function putRight(node: JsonObject, depth = 0): boolean {
  // Without an id the node could be changed by nobody, or by everybody.
  if (number(node.id) === null || depth > MAX_DEPTH) return false;
  switch (node.type) {
    case NodeType.Document:
      putDocumentRight(node, depth);
      return true;
    case NodeType.DocumentType:
      if (!DOCTYPE_NAME.test(text(node.name) ?? "")) node.name = "html";
      node.publicId = text(node.publicId) ?? "";
      node.systemId = text(node.systemId) ?? "";
      return true;
    case NodeType.Element:
      putElementRight(node);
      node.childNodes = children(node, depth).filter(({ type }) => isContent(type));
      return true;
    case NodeType.Text:
    case NodeType.Cdata:
    case NodeType.Comment:
      // An HTML document, which a replay always is, holds no CDATA.
      if (node.type === NodeType.Cdata) node.type = NodeType.Text;
      node.textContent = text(node.textContent) ?? "";
      return true;
    default:
      return false;
  }
}

/** The entries of a mutation that name a node. */
export function changes(entries: unknown): JsonObject[] {
  return list(entries).map(object).filter((entry) => number(entry.id) !== null);
}

/** Takes away attributes that no browser lets anybody set. */
export function dropUnsettable(attributes: JsonObject): void {
  for (const name of Object.keys(attributes)) {
    if (!ATTRIBUTE.test(name)) delete attributes[name];
  }
}

/** The places a pointer was at; one without numbers for it is none. */
export function positions(value: unknown): JsonObject[] {
  return list(value)
    .map(object)
    .filter(({ x, y, id, timeOffset }) => [x, y, id, timeOffset].every((one) => number(one) !== null));
}

function children(node: JsonObject, depth: number): JsonObject[] {
  return list(node.childNodes).map(object).filter((child) => putRight(child, depth + 1));
}

function isContent(type: unknown): boolean {
  return type !== NodeType.Document && type !== NodeType.DocumentType;
}

/** A document holds one doctype and one element, beside comments. */
function putDocumentRight(node: JsonObject, depth: number): void {
  const seen = new Set<unknown>();
  node.childNodes = children(node, depth).filter(({ type }) => {
    if (type === NodeType.Comment) return true;
    if (type !== NodeType.Element && type !== NodeType.DocumentType) return false;
    return !seen.has(type) && seen.add(type);
  });
  if (list(node.childNodes).length === 0) delete node.compatMode;
}

function putElementRight(node: JsonObject): void {
  let tag = text(node.tagName) ?? "";
  // Of a drawing's element the browser asks only for the name behind the prefix.
  if (node.isSVG) tag = tag.slice(tag.lastIndexOf(":") + 1);
  // The replayer looks names up in an object that has these.
  const isName = TAG.test(tag) && !(tag in Object.prototype) && !REFUSED_TAG.test(tag);
  node.tagName = isName ? tag : "div";
  tag = node.tagName as string;
  const isCustom = CUSTOM_TAG.test(tag) && !NEVER_CUSTOM.test(tag);
  if (!isCustom) delete node.isCustom;
  if (node.isSVG || !(isCustom || SHADOW_HOST.test(tag))) delete node.isShadowHost;
  const attributes = object(node.attributes);
  node.attributes = attributes;
  if (!isMedium(tag)) {
    delete attributes.rr_mediaState;
    return;
  }
  keepWithin(attributes, "rr_mediaVolume", 0, 1);
  // Chromium's own limits.
  keepWithin(attributes, "rr_mediaPlaybackRate", 0.0625, 16);
}

function keepWithin(attributes: JsonObject, name: string, least: number, most: number): void {
  const value = number(attributes[name]);
  if (value === null || value < least || value > most) delete attributes[name];
}
