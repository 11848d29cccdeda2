/**
 * Recorded events made inert before the replayer sees them: nothing that would load,
 * navigate or run, so that neither the network nor the console hears of a replay. The
 * sandbox and the page's content security policy stand behind this; neither is enough
 * alone to keep DNS prefetches and a flood of policy errors away.
 */
import { type Assets, NO_ASSETS } from "./assetIndex";
import { carriedOf, linkedSheet } from "./assets";
import { Canvases } from "./canvas";
import { inertCss, namesAddress, sheetForReplay } from "./css";
import { type JsonObject, list, number, object, text } from "./json";
import { NodeIndex } from "./nodes";
import { EventType, type RrwebEvent, Source, attributeChange, sourceOf } from "./rrweb";
import { markedSheet, sheetTexts, textOfSheet } from "./sheetTexts";
import { NodeType, changes, dropUnsettable, isMedium, positions, putRight } from "./wellFormed";

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
/** Those that hold a recorded page. */
const PAGE_FRAMES = new Set(["iframe", "frame"]);
const ANIMATION_TAGS = new Set(["animate", "set"]);
const LINK_ATTRIBUTES = new Set(["href", "xlink:href"]);
const STRICT_INPUTS = new Set(
  "number date time datetime-local month week range color".split(" "),
);
const PICTURE_TAGS = new Set(["img", "input", "image"]);
const DRAWN_TAGS = new Set(["image", "feimage"]);
/** Makes the events of one window inert, in order; keeps the window's node index. */
export class Sanitizer {
  readonly nodes = new NodeIndex();
  private readonly styleTexts = new Set<number>();
  private readonly canvases = new Canvases();

  constructor(private readonly assets: Assets = NO_ASSETS) {}

  /** The events to replay in place of `event`, which is changed in place. */
  apply(event: RrwebEvent): RrwebEvent[] {
    const { data } = event;
    if (event.type === EventType.FullSnapshot) {
      this.nodes.clear();
      this.styleTexts.clear();
      this.canvases.clear();
      if (!putRight(object(data.node)) || object(data.node).type !== NodeType.Document) {
        throw new TypeError("a full snapshot of no page");
      }
      const { top, left } = object(data.initialOffset);
      data.initialOffset = { top: number(top) ?? 0, left: number(left) ?? 0 };
      this.walk(object(data.node), null, false);
      return [event];
    }
    switch (sourceOf(event)) {
      case Source.Mutation:
        this.mutation(data);
        return [event];
      case Source.MouseMove:
      case Source.TouchMove:
      case Source.Drag:
        data.positions = positions(data.positions);
        return list(data.positions).length > 0 ? [event] : [];
      case Source.MediaInteraction:
        return isMedium(this.nodes.tagOf(number(data.id) ?? -1)) ? [event] : [];
      case Source.StyleSheetRule:
        // The replayer fails over rules for what holds no sheet.
        if (data.styleId === undefined && !this.holdsSheet(data.id)) return [];
        for (const add of list(data.adds)) sheetIn(object(add), "rule", this.assets);
        // The rules that follow would be refused until an asynchronous replace is done.
        if (data.replace !== undefined) data.replaceSync = data.replace;
        delete data.replace;
        sheetIn(data, "replaceSync", this.assets);
        return [event];
      case Source.StyleDeclaration:
        if (data.styleId === undefined && !this.holdsSheet(data.id)) return [];
        cssIn(object(data.set), "value", this.assets);
        return [event];
      case Source.AdoptedStyleSheet:
        for (const sheet of list(data.styles)) {
          for (const rule of list(object(sheet).rules)) sheetIn(object(rule), "rule", this.assets);
        }
        return [event];
      case Source.Font:
        return data.buffer === true || isHeldFont(data, this.assets) ? [event] : [];
      case Source.CanvasMutation:
        return this.canvases.draw(event);
      case Source.Input:
        return [...this.roomForMask(event), event];
      default:
        return [event];
    }
  }

  private holdsSheet(id: unknown): boolean {
    const node = number(id) ?? -1;
    // A link is made a style element where the recorder kept its text.
    return this.nodes.tagOf(node) === "style" || "_cssText" in this.nodes.attributesOf(node);
  }

  private mutation(data: JsonObject): void {
    data.adds = list(data.adds).map(object).filter((add) => {
      const node = object(add.node);
      const parentId = number(add.parentId);
      // Anywhere else a document would take the place of the whole page.
      const isFrames = PAGE_FRAMES.has(this.nodes.tagOf(parentId ?? -1));
      if (!putRight(node) || (node.type === NodeType.Document && !isFrames)) return false;
      this.walk(node, parentId, true);
      return true;
    });
    data.removes = changes(data.removes);
    data.attributes = changes(data.attributes);
    for (const change of data.attributes as JsonObject[]) {
      const id = number(change.id) ?? -1;
      dropUnsettable(object(change.attributes));
      inertAttributes(object(change.attributes), this.nodes.tagOf(id), this.assets);
      this.canvases.change(id, object(change.attributes));
    }
    data.texts = changes(data.texts);
    for (const change of data.texts as JsonObject[]) {
      const value = text(change.value) ?? "";
      const isSheet = this.styleTexts.has(number(change.id) ?? -1);
      change.value = isSheet ? textOfSheet(value, this.assets) : value;
    }
  }

  /** A masked number can only be shown by a field that takes any text. */
  private roomForMask(event: RrwebEvent): RrwebEvent[] {
    const id = number(event.data.id) ?? -1;
    const attributes = this.nodes.attributesOf(id);
    if (!isMask(event.data.text) || !STRICT_INPUTS.has(text(attributes.type) ?? "")) return [];
    attributes.type = "text";
    return [attributeChange(id, { type: "text" }, event.timestamp)];
  }

  private walk(node: JsonObject, parentId: number | null, isAddition: boolean): void {
    const id = number(node.id);
    this.nodes.add(node, parentId, isAddition);
    const tag = (text(node.tagName) ?? "").toLowerCase();
    // The replayer itself renames only the lower-case one.
    if (tag === "script") node.tagName = "noscript";
    inertAttributes(object(node.attributes), tag, this.assets);
    if (tag === "canvas" && id !== null) this.canvases.build(id, object(node.attributes));
    if (this.holdsSheet(id)) this.inertSheet(list(node.childNodes).map(object));
    if (isAddition && id !== null && this.holdsSheet(parentId)) {
      this.styleTexts.add(id);
      node.textContent = textOfSheet(text(node.textContent) ?? "", this.assets);
    }
    for (const child of list(node.childNodes)) this.walk(object(child), id, false);
  }

  private inertSheet(children: JsonObject[]): void {
    const texts = children.filter(({ type }) => type === NodeType.Text);
    const sheets = sheetTexts(texts.map(({ textContent }) => String(textContent)), this.assets);
    for (const [index, node] of texts.entries()) {
      node.textContent = sheets[index] ?? "";
      this.styleTexts.add(number(node.id) ?? -1);
    }
  }
}

function inertAttributes(attributes: JsonObject, tag: string, assets: Assets): void {
  const sheet = tag === "link" ? linkedSheet(attributes, assets) : null;
  const picture = tag === "img" ? carriedOf(text(attributes.srcset) ?? "", assets) : null;
  if (isMask(attributes.value) && STRICT_INPUTS.has(text(attributes.type) ?? "")) {
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

function isMask(value: unknown): boolean {
  return /^\*+$/.test(text(value) ?? "");
}

/** A changed style attribute: property to value, or to [value, priority]. */
function inertDeclarations(style: JsonObject, assets: Assets): void {
  for (const [property, value] of Object.entries(style)) {
    if (typeof value === "string") style[property] = inertCss(value, assets);
    else if (Array.isArray(value)) style[property] = [inertCss(text(value[0]) ?? "", assets), text(value[1]) ?? ""];
    else if (value !== false) delete style[property];
  }
}

// What is no text would be written as one, unchecked.
function sheetIn(holder: JsonObject, field: string, assets: Assets): void {
  if (field in holder) holder[field] = sheetForReplay(text(holder[field]) ?? "", assets);
}

function cssIn(holder: JsonObject, field: string, assets: Assets): void {
  if (field in holder) holder[field] = inertCss(text(holder[field]) ?? "", assets);
}

/** Whether a font can be had from the recording alone; if so, it names only that. */
function isHeldFont(data: JsonObject, assets: Assets): boolean {
  const source = text(data.fontSource) ?? "";
  const held = inertCss(source, assets);
  data.fontSource = held;
  return /url\(/i.test(source) && (held === source || held.includes('url("blob:'));
}
