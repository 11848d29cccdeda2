import { expect, test } from "vitest";
import { Effort } from "./effort";
import { EventType, type RrwebEvent, Source } from "./rrweb";

const snapshot = (timestamp: number): RrwebEvent => ({
  type: EventType.FullSnapshot,
  timestamp,
  data: {},
});
const adding = (timestamp: number, nodes: number): RrwebEvent => ({
  type: EventType.Incremental,
  timestamp,
  data: { source: Source.Mutation, adds: new Array(nodes).fill({}) },
});

test("a seek counts what was added since the last full snapshot, and nothing after it", () => {
  const effort = new Effort();
  effort.add([snapshot(0), adding(10, 4000), adding(20, 4000)]);
  effort.add([adding(40, 10), snapshot(30), adding(50, 9000)]);

  expect([5, 15, 25, 35, 45, 55].map((atMs) => effort.isLarge(atMs))).toEqual([
    ...[false, false, true],
    ...[false, false, true],
  ]);
});

test("before anything, and of what is no list, there is nothing to add", () => {
  const effort = new Effort();
  expect(effort.isLarge(10)).toBe(false);
  effort.add([{ ...adding(1, 0), data: { source: Source.Mutation, adds: 7 } }]);
  expect(effort.isLarge(10)).toBe(false);
});
