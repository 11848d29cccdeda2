/**
 * The recorded DOM nodes of one window by id, as last seen: enough to name what was
 * clicked and to know what a changed attribute belongs to. Holds the snapshots' own
 * objects, so it costs little memory, and changes none of them.
 */
import { type JsonObject, list, number, object, text } from "./json";

const LABEL_CHARS = 60;
const CLIMB = 4;
const NAMED_TAGS = new Set(["a", "button", "label", "option", "summary", "select"]);
/** Tags that say nothing about what the thing is. */
const PLAIN_TAGS = new Set(["div", "span", "p", "li", "td", "b", "i", "strong", "em"]);
const NAMING_ATTRIBUTES = ["aria-label", "placeholder", "title", "alt", "name", "id"];

interface Entry {
  node: JsonObject;
  parentId: number | null;
  added: JsonObject[];
  /** What a text reads since it changed. */
  changed?: string;
  gone?: true;
}

export class NodeIndex {
  private readonly entries = new Map<number, Entry>();

  /** Forgets everything: a full snapshot starts a new document. */
  clear(): void {
    this.entries.clear();
  }

  /** Notes `node`; `isAddition` if it came after its parent's own snapshot. */
  add(node: JsonObject, parentId: number | null, isAddition: boolean): void {
    const id = number(node.id);
    if (id === null) return;
    this.entries.set(id, { node, parentId, added: [] });
    if (isAddition && parentId !== null) this.entries.get(parentId)?.added.push(node);
  }

  /**
   * Notes that the node left its place. What it is stays known: a recording may say so of
   * a node that the replayer keeps.
   */
  remove(id: number): void {
    const entry = this.entries.get(id);
    if (entry) entry.gone = true;
  }

  /** Notes that the text node `id` reads `value` now. */
  retext(id: number, value: string): void {
    const entry = this.entries.get(id);
    if (entry) entry.changed = value;
  }

  tagOf(id: number): string {
    return (text(this.entries.get(id)?.node.tagName) ?? "").toLowerCase();
  }

  attributesOf(id: number): JsonObject {
    return object(this.entries.get(id)?.node.attributes);
  }

  /** A short name for the node as a person would say it: `button "Pay now"`. */
  labelOf(id: number): string {
    let current: number | null = id;
    for (let step = 0; current !== null && step < CLIMB; step++) {
      const entry = this.entries.get(current);
      if (!entry) break;
      const tag = this.tagOf(current);
      if (step === 0 || NAMED_TAGS.has(tag)) {
        const name = this.nameOf(current, entry);
        if (name) return PLAIN_TAGS.has(tag) ? `"${name}"` : `${tag} "${name}"`;
      }
      current = entry.parentId;
    }
    return this.tagOf(id) || "the page";
  }

  private nameOf(id: number, entry: Entry): string {
    const shown = this.textOf(entry.node, 0).replace(/\s+/g, " ").trim();
    // A container's text is the whole page's: only short text names the thing.
    if (shown && (shown.length <= LABEL_CHARS || NAMED_TAGS.has(this.tagOf(id)))) {
      return shown.slice(0, LABEL_CHARS);
    }
    const attributes = this.attributesOf(id);
    for (const name of NAMING_ATTRIBUTES) {
      const value = text(attributes[name]);
      if (value) return value.slice(0, LABEL_CHARS);
    }
    return "";
  }

  private textOf(node: JsonObject, depth: number): string {
    const entry = this.entries.get(number(node.id) ?? -1);
    // A snapshot still lists what has left since, or came back elsewhere.
    if (entry?.node !== node || entry.gone) return "";
    const own = entry.changed ?? text(node.textContent);
    if (own !== null) return own;
    if (depth > 6) return "";
    let joined = "";
    for (const child of [...list(node.childNodes), ...entry.added]) {
      joined += ` ${this.textOf(object(child), depth + 1)}`;
      if (joined.length > LABEL_CHARS * 4) break;
    }
    return joined;
  }
}
