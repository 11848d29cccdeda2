/**
 * Recorded events made inert before the replayer sees them: nothing that would load,
 * navigate or run, so that neither the network nor the console hears of a replay. The
 * sandbox and the page's content security policy stand behind this; neither is enough
 * alone to keep DNS prefetches and a flood of policy errors away.
 */
import { type Assets, NO_ASSETS } from "./assetIndex";
import { inertAttributes, isMaskOf } from "./attributes";
import { Canvases } from "./canvas";
import { inertCss, sheetForReplay } from "./css";
import { type JsonObject, list, number, object, text } from "./json";
import { NodeIndex } from "./nodes";
import { EventType, type RrwebEvent, Source, attributeChange, sourceOf } from "./rrweb";
import { sheetTexts, textOfSheet } from "./sheetTexts";
import { NodeType, changes, dropUnsettable, isMedium, positions, putRight } from "./wellFormed";

/** Those that hold a recorded page. */
const PAGE_FRAMES = new Set(["iframe", "frame"]);

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
    data.removes = changes(data.removes);
    // First, as the replayer does: a node that moved is removed and added.
    for (const { id } of data.removes as JsonObject[]) this.nodes.remove(number(id) ?? -1);
    data.adds = list(data.adds).map(object).filter((add) => {
      const node = object(add.node);
      const parentId = number(add.parentId);
      // Anywhere else a document would take the place of the whole page.
      const isFrames = PAGE_FRAMES.has(this.nodes.tagOf(parentId ?? -1));
      if (!putRight(node) || (node.type === NodeType.Document && !isFrames)) return false;
      this.walk(node, parentId, true);
      return true;
    });
    data.attributes = changes(data.attributes);
    for (const change of data.attributes as JsonObject[]) {
      const id = number(change.id) ?? -1;
      dropUnsettable(object(change.attributes));
      inertAttributes(object(change.attributes), this.nodes.tagOf(id), this.assets);
      this.canvases.change(id, object(change.attributes));
    }
    data.texts = changes(data.texts);
    for (const change of data.texts as JsonObject[]) {
      const id = number(change.id) ?? -1;
      const value = text(change.value) ?? "";
      this.nodes.retext(id, value);
      change.value = this.styleTexts.has(id) ? textOfSheet(value, this.assets) : value;
    }
  }

  /** A masked number can only be shown by a field that takes any text. */
  private roomForMask(event: RrwebEvent): RrwebEvent[] {
    const id = number(event.data.id) ?? -1;
    const attributes = this.nodes.attributesOf(id);
    if (!isMaskOf(attributes, event.data.text)) return [];
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
