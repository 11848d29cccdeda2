/**
 * Recorded attributes made inert: what would load, navigate or run goes, or leads to what
 * the recording or the replay holds. Style sheets are css.ts's business.
 */
import type { Assets } from "./assetIndex";
import { carriedOf, linkedSheet } from "./assets";
import { inertCss, namesAddress } from "./css";
import { type JsonObject, object, text } from "./json";
import { markedSheet } from "./sheetTexts";

/** Stands where a picture was that the recording names but does not hold. */
const MISSING_PICTURE =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64">' +
      '<rect width="100%" height="100%" fill="#8a93a0" fill-opacity=".16"/>' +
      '<svg x="50%" y="50%" overflow="visible"><path d="M-10 7-3-1l4 4 3-3 6 7z' +
      'M5-7a2 2 0 1 0 .1 0z" fill="#8a93a0" fill-opacity=".55"/></svg></svg>',
  );

const DROPPED_ATTRIBUTES = new Set([
  "srcdoc",
  "srcset",
  "imagesrcset",
  "action",
  "formaction",
  "ping",
  "manifest",
  "codebase",
  "archive",
  "http-equiv",
  "attributionsrc",
  "autofocus",
  "autoplay",
  "rr_src",
]);
const PICTURE_ATTRIBUTES = new Set(["src", "poster", "background", "data", "rr_dataurl"]);
/** What these load is a document of its own, not a picture. */
const FRAME_TAGS = new Set(["iframe", "frame", "embed", "object", "portal", "fencedframe"]);
const ANIMATION_TAGS = new Set(["animate", "set"]);
const LINK_ATTRIBUTES = new Set(["href", "xlink:href"]);
const STRICT_INPUTS = new Set(
  "number date time datetime-local month week range color".split(" "),
);
const PICTURE_TAGS = new Set(["img", "input", "image"]);
const DRAWN_TAGS = new Set(["image", "feimage"]);

/** Makes an element's attributes, or changed ones, inert in place. */
export function inertAttributes(attributes: JsonObject, tag: string, assets: Assets): void {
  const sheet = tag === "link" ? linkedSheet(attributes, assets) : null;
  const picture = tag === "img" ? carriedOf(text(attributes.srcset) ?? "", assets) : null;
  if (isMaskOf(attributes, attributes.value)) {
    attributes.type = "text";
  }
  for (const [name, value] of Object.entries(attributes)) {
    const lower = name.toLowerCase();
    if (lower.startsWith("on") || DROPPED_ATTRIBUTES.has(lower)) {
      delete attributes[name];
    } else if (typeof value === "string") {
      inertAttribute(attributes, name, value, tag, assets);
    } else if (name === "style" && !Array.isArray(value)) {
      inertDeclarations(object(value), assets);
    } else if (typeof value === "object" && value !== null) {
      // The replayer would write a list's only entry, unchecked, as the value.
      delete attributes[name];
    }
  }
  if (sheet !== null) attributes._cssText = sheet;
  if (picture !== null) attributes.src = picture;
}

function inertAttribute(
  attributes: JsonObject,
  name: string,
  value: string,
  tag: string,
  assets: Assets,
): void {
  // HTML does not tell the case of names apart, and takes HREF for href.
  const lower = name.toLowerCase();
  if (LINK_ATTRIBUTES.has(lower)) {
    // The styles of a:link need an href, and this one leads nowhere.
    if (tag === "a" || tag === "area") attributes[name] = "#";
    else if (DRAWN_TAGS.has(tag)) {
      if (!/^\s*data:image\//i.test(value)) put(attributes, name, assets.url(value));
    } else if (tag === "link" || !value.startsWith("#")) delete attributes[name];
  } else if (PICTURE_ATTRIBUTES.has(lower)) {
    const isHeld = /^\s*data:(image|video|audio)\//i.test(value) && !FRAME_TAGS.has(tag);
    if (isHeld) return;
    const url = FRAME_TAGS.has(tag) ? null : assets.url(value);
    const isSeen = lower === "src" && PICTURE_TAGS.has(tag);
    put(attributes, name, url ?? (isSeen ? MISSING_PICTURE : null));
  } else if (lower === "rel" && tag === "link") {
    // Nothing is left to be loaded, nor a host to be connected to ahead of it.
    delete attributes[name];
  } else if (lower === "attributename" && ANIMATION_TAGS.has(tag) && /href|src/i.test(value)) {
    delete attributes[name];
  } else if (lower === "_csstext") {
    attributes[name] = markedSheet(value, assets);
  } else if (lower === "style" || namesAddress(value)) {
    attributes[name] = inertCss(value, assets);
  }
}

function put(attributes: JsonObject, name: string, value: string | null): void {
  if (value === null) delete attributes[name];
  else attributes[name] = value;
}

/** Whether a value is a mask that a field with these attributes does not take. */
export function isMaskOf(attributes: JsonObject, value: unknown): boolean {
  return /^\*+$/.test(text(value) ?? "") && STRICT_INPUTS.has(text(attributes.type) ?? "");
}

/** A changed style attribute: property to value, or to [value, priority]. */
function inertDeclarations(style: JsonObject, assets: Assets): void {
  for (const [property, value] of Object.entries(style)) {
    if (typeof value === "string") style[property] = inertCss(value, assets);
    else if (Array.isArray(value)) style[property] = [inertCss(text(value[0]) ?? "", assets), text(value[1]) ?? ""];
    else if (value !== false) delete style[property];
  }
}
