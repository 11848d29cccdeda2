import { expect, test } from "vitest";
import { clusterLabel, clusterLines, clusterMarks } from "./clusters";
import type { Mark, MarkKind } from "./payload";

const mark = (atMs: number, kind: MarkKind, label = "x"): Mark => ({ atMs, kind, label });

test("marks that would cover each other are one, drawn as the worst of them", () => {
  const clusters = clusterMarks(
    [
      mark(0, "console_error"),
      mark(90, "exception"),
      mark(100, "console_error"),
      mark(101, "network_failure"),
    ],
    100,
  );
  expect(clusters.map(({ atMs, kind, marks }) => [atMs, kind, marks.length])).toEqual([
    [0, "exception", 3],
    [101, "network_failure", 1],
  ]);
});

test("no mark is lost, however crowded", () => {
  const marks = Array.from({ length: 500 }, (_, index) => mark(index * 7, "console_error"));
  const clusters = clusterMarks(marks, 50);
  expect(clusters.flatMap(({ marks: inside }) => inside)).toEqual(marks);
});

test("a cluster is told in words, equal marks counted and long lists cut", () => {
  const [cluster] = clusterMarks(
    [
      mark(61_000, "network_failure", "POST /pay 500"),
      mark(61_001, "network_failure", "POST /pay 500"),
      ...["a", "b", "c", "d"].map((name) => mark(61_002, "console_error", name)),
    ],
    1000,
  );
  if (!cluster) throw new Error("no cluster");
  expect(clusterLines(cluster)).toEqual([
    "2x Failed request: POST /pay 500",
    "Console error: a",
    "Console error: b",
    "Console error: c",
    "and 1 more",
  ]);
  expect(clusterLabel(cluster)).toMatch(/^1:01, 6 marks, 2x Failed request: POST \/pay 500; /);
});
