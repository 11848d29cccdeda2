import { expect, test } from "vitest";
import type { EventRow } from "./eventRows";
import { checkoutManifest, checkoutRecording } from "./testing";
import { alarmMoments, landingOf, stepFrom, userMoments } from "./steps";

const recording = await checkoutRecording();
const { marks } = checkoutManifest();
const moments = userMoments(recording.eventRows(), marks);

test("steps are pages, clicks, typing and what went wrong, not the app's own events", () => {
  const kinds = new Set(moments.map(({ text }) => text.split(/[\s:]/)[0]));
  expect([...kinds].sort()).toEqual(
    ["Checked", "Chose", "Clicked", "Console", "Exception", "Failed", "Page", "Rage", "Typed"],
  );
  const own: EventRow = {
    ...(recording.eventRows()[0] as EventRow),
    kind: "custom",
    title: "cart_opened",
  };
  const rows = [...recording.eventRows(), own];
  expect(userMoments(rows, marks)).toEqual(moments);
});

test("stepping forward meets every moment once, and stepping back meets them again", () => {
  const walk = (from: number, direction: 1 | -1) => {
    const met: number[] = [];
    for (let at = from; ; ) {
      const found = stepFrom(moments, at, direction);
      if (!found) return met;
      met.push(found.atMs);
      at = landingOf(found);
    }
  };
  const times = [...new Set(moments.map(({ atMs }) => atMs))];
  expect(walk(0, 1)).toEqual(times);
  expect(walk(Infinity, -1)).toEqual([...times].reverse());
});

test("a moment we stand on exactly has yet to happen", () => {
  const one = [{ atMs: 1000, text: "Clicked" }];
  expect(stepFrom(one, 1000, 1)?.atMs).toBe(1000);
  expect(stepFrom(one, landingOf({ atMs: 1000, text: "" }), 1)).toBeUndefined();
  expect(stepFrom(one, 1000, -1)).toBeUndefined();
  expect(stepFrom(one, 2000, -1)?.atMs).toBe(1000);
});

test("an error both marked and listed is one step", () => {
  const mark = { atMs: 500, kind: "console_error" as const, label: "boom" };
  const page = { atMs: 100, kind: "page" as const, label: "/" };
  expect(alarmMoments([page, mark], [500, 900])).toEqual([
    { atMs: 500, text: "Console error: boom" },
    { atMs: 900, text: "Error" },
  ]);
});
