/**
 * How much a seek has to add to the page after its full snapshot. The replayer can apply
 * many changes to a copy first, which costs a copy of all that is on the page; a few are
 * quicker applied to the page itself.
 */
import { list } from "./json";
import { EventType, type RrwebEvent, Source, sourceOf } from "./rrweb";

/** From so many nodes on, the copy is worth it: about those of a large page. */
const MANY_NODES = 5000;

interface Change {
  atMs: number;
  /** Nodes added; -1 for a full snapshot, from which on a seek begins. */
  nodes: number;
}

export class Effort {
  private readonly changes: Change[] = [];

  /** Takes the events of one window, in any order. */
  add(events: readonly RrwebEvent[]): void {
    for (const event of events) {
      const { timestamp } = event;
      if (event.type === EventType.FullSnapshot) this.changes.push({ atMs: timestamp, nodes: -1 });
      else if (sourceOf(event) === Source.Mutation) {
        this.changes.push({ atMs: timestamp, nodes: list(event.data.adds).length });
      }
    }
    this.changes.sort((left, right) => left.atMs - right.atMs);
  }

  /** Whether a seek to `epochMs` adds so many nodes that a copy is worth it. */
  isLarge(epochMs: number): boolean {
    let nodes = 0;
    const end = this.changes.findLastIndex(({ atMs }) => atMs <= epochMs);
    for (let index = end; index >= 0 && nodes <= MANY_NODES; index--) {
      const change = this.changes[index] as Change;
      if (change.nodes < 0) break;
      nodes += change.nodes;
    }
    return nodes > MANY_NODES;
  }
}
