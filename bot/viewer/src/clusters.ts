/** Marks of the timeline joined where they would cover each other, pure. */
import type { Mark, MarkKind } from "./payload";
import { MARK_NAMES, clip } from "./steps";
import { clockText } from "./timeline";

/** Marks so close to each other that they are drawn as one. */
export interface Cluster {
  atMs: number;
  /** The kind it is drawn as: the worst in it. */
  kind: MarkKind;
  marks: Mark[];
}

const WORST_FIRST: MarkKind[] = [
  "exception",
  "console_error",
  "network_failure",
  "rage_click",
  "page",
];
const LINES = 4;

/** `marks` in time order, joined where they lie within `withinMs` of a cluster's first. */
export function clusterMarks(marks: readonly Mark[], withinMs: number): Cluster[] {
  const clusters: Cluster[] = [];
  for (const mark of [...marks].sort((left, right) => left.atMs - right.atMs)) {
    const open = clusters.at(-1);
    if (!open || mark.atMs - open.atMs > withinMs) {
      clusters.push({ atMs: mark.atMs, kind: mark.kind, marks: [mark] });
      continue;
    }
    open.marks.push(mark);
    if (WORST_FIRST.indexOf(mark.kind) < WORST_FIRST.indexOf(open.kind)) open.kind = mark.kind;
  }
  return clusters;
}

/** What a cluster holds, a line a mark, equal ones counted: for the tip over it. */
export function clusterLines({ marks }: Cluster): string[] {
  const times = new Map<string, number>();
  for (const { kind, label } of marks) {
    const line = clip(`${MARK_NAMES[kind]}: ${label}`);
    times.set(line, (times.get(line) ?? 0) + 1);
  }
  const lines = [...times].map(([line, count]) => (count > 1 ? `${count}x ${line}` : line));
  const more = lines.length - LINES;
  return more > 0 ? [...lines.slice(0, LINES), `and ${more} more`] : lines;
}

/** The same in one sentence, for those who cannot see the mark. */
export function clusterLabel(cluster: Cluster): string {
  const { atMs, marks } = cluster;
  const count = marks.length > 1 ? `${marks.length} marks, ` : "";
  return `${clockText(atMs)}, ${count}${clusterLines(cluster).join("; ")}`;
}
