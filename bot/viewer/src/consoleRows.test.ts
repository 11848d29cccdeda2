import { describe, expect, test } from "vitest";
import { consoleRows, filterConsole, type ConsoleLevel } from "./consoleRows";
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
    const all = new Set<ConsoleLevel>(["error", "warn", "info", "debug"]);
    expect(filterConsole(rows, all, "PGW_504")).toHaveLength(8);
    expect(filterConsole(rows, all, "pgw_504")).toHaveLength(8);
    expect(filterConsole(rows, new Set(["warn"] as const), "")).toHaveLength(1);
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
