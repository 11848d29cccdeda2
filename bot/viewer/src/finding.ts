/** Searching in text, and showing where it was found. Knows nothing of rows. */
import { h } from "./dom";

/** What the reader searches for, upper and lower case alike; null for nothing. */
export type Wanted = RegExp | null;

/** What is typed into a search field, taken literally. */
export function wantedIn(typed: string): Wanted {
  const literal = typed.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return literal ? new RegExp(literal, "gi") : null;
}

/** Whether `text` holds what is wanted; anything does where nothing is. */
export function holds(text: string | null | undefined, wanted: Wanted): boolean {
  // Not test(), which would start where the last search on this pattern ended.
  return !wanted || (!!text && text.search(wanted) >= 0);
}

/** `text` with each place of what is wanted marked. */
export function marked(text: string, wanted: Wanted): (string | HTMLElement)[] {
  if (!wanted) return [text];
  const pieces: (string | HTMLElement)[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(wanted)) {
    pieces.push(text.slice(from, index), h("mark", {}, found));
    from = index + found.length;
  }
  return [...pieces, text.slice(from)];
}
