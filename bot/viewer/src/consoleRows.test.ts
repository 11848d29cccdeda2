import { describe, expect, test } from "vitest";
import {
  type ConsoleLevel,
  consoleRows,
  filterConsole,
  joinRepeats,
  lineText,
  splitStack,
} from "./consoleRows";
import { wantedIn } from "./finding";
import { CONSOLE_PLUGIN, EventType, type WindowEvent } from "./rrweb";
import { sampleEvents } from "./testing";

const START_MS = 1_795_431_705_574;
const rows = consoleRows(sampleEvents("checkout"), START_MS);

function line(level: string, payload: unknown, trace?: unknown): WindowEvent {
  const data = { plugin: CONSOLE_PLUGIN, payload: { level, payload, trace } };
  return { windowId: "w", event: { type: EventType.Plugin, timestamp: START_MS, data } };
}

describe("the checkout recording", () => {
  test("has its fifteen lines by level", () => {
    const count = (level: ConsoleLevel) => rows.filter((row) => row.level === level).length;
    expect(rows).toHaveLength(15);
    expect([count("error"), count("warn"), count("info"), count("debug")]).toEqual([12, 1, 1, 1]);
  });

  test("shows an error's arguments as they were, and who called", () => {
    const failed = rows.find((row) => row.summary.startsWith("Payment failed"));
    expect(failed?.args.slice(0, 2)).toEqual(["Payment failed", 500]);
    expect(failed?.trace[0]).toContain("checkout.html:16");
    expect(failed?.atMs).toBe(1_795_431_732_701 - START_MS);
  });

  test("is searched in its arguments, upper and lower case alike", () => {
    const all = new Set<ConsoleLevel>();
    expect(filterConsole(rows, all, wantedIn("PGW_504"))).toHaveLength(8);
    expect(filterConsole(rows, all, wantedIn("pgw_504"))).toHaveLength(8);
    expect(filterConsole(rows, all, wantedIn("pgw.504"))).toHaveLength(0);
    expect(filterConsole(rows, new Set(["warn"] as const), null)).toHaveLength(1);
  });
});

test("an argument that is no JSON is shown as it is", () => {
  expect(consoleRows([line("log", ["plain text", "{broken"])], START_MS)[0]?.args).toEqual([
    "plain text",
    "{broken",
  ]);
});

test("a plain string for a payload, as iOS sends it, is one argument", () => {
  expect(consoleRows([line("log", "hello")], START_MS)[0]?.summary).toBe("hello");
});

test("Android's one-letter levels are told apart", () => {
  expect(consoleRows([line("E", ["tag: no"])], START_MS)[0]?.level).toBe("error");
});

test("the recorder's tail of a stringified Error is cut off", () => {
  const error = JSON.stringify("Error: no\n  at f (a.js:1:2)\nEnd of stack for Error object");
  expect(consoleRows([line("error", [error])], START_MS)[0]?.args).toEqual([
    "Error: no\n  at f (a.js:1:2)",
  ]);
});

test("format placeholders are filled in as a browser's console does", () => {
  const args = ['"%cTotal: %d of %s"', '"color: red"', "3", '"ten"', '"left over"'];
  expect(consoleRows([line("log", args)], START_MS)[0]?.args).toEqual([
    "Total: 3 of ten",
    "left over",
  ]);
});

test.each([null, 7, { a: 1 }, [null, 3]])("a payload of %j makes a row, not an error", (odd) => {
  expect(consoleRows([line("log", odd, odd)], START_MS)).toHaveLength(1);
});

describe("repeats", () => {
  const at = (timestamp: number, words: string, caller = "a.js:1:1") => {
    const { windowId, event } = line("log", [words], [caller]);
    return { windowId, event: { ...event, timestamp: START_MS + timestamp } };
  };
  const joined = (...events: WindowEvent[]) =>
    joinRepeats(consoleRows(events, START_MS)).map(({ times }) => times);

  test("of one line by one caller are one row with all its times", () => {
    expect(joined(at(0, "a"), at(10, "a"), at(20, "a"))).toEqual([[0, 10, 20]]);
  });

  test("are news again after something else, from elsewhere or much later", () => {
    expect(joined(at(0, "a"), at(10, "b"), at(20, "a"))).toHaveLength(3);
    expect(joined(at(0, "a"), at(10, "a", "b.js:1:1"))).toHaveLength(2);
    expect(joined(at(0, "a"), at(20_000, "a"))).toHaveLength(2);
  });

  test("in the checkout recording are the payments tried five times in a row", () => {
    const joined = joinRepeats(rows);
    expect(joined).toHaveLength(11);
    expect(Math.max(...joined.map(({ times }) => times.length))).toBe(5);
  });
});

test("a stack is told from what the error says, in the ways browsers write it", () => {
  const chrome = "TypeError: x is no function\n    at pay (a.js:1:2)\n    at b.js:3:4";
  expect(splitStack(chrome)).toEqual({
    message: "TypeError: x is no function",
    frames: ["at pay (a.js:1:2)", "at b.js:3:4"],
  });
  expect(splitStack("Error: no\npay@https://a/b.js:1:2").frames).toHaveLength(1);
  expect(splitStack("one line\nanother at home").frames).toEqual([]);
  expect(consoleRows([line("error", [JSON.stringify(chrome)])], START_MS)[0]?.summary).toBe(
    "TypeError: x is no function",
  );
});

test("a line is copied whole, with its callers", () => {
  const [row] = consoleRows([line("warn", ['"half"', '{"a":[1]}'], ["f (a.js:1:2)"])], START_MS);
  expect(row && lineText(row)).toBe('half {"a":[1]}\n    at f (a.js:1:2)');
});

test("an argument nested past what can be written is a row all the same", () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  const [row] = consoleRows([line("log", [deep])], START_MS);
  expect(row?.summary).toMatch(/^\[\[/);
  expect(row && lineText(row)).toMatch(/^\[\[/);
});
