import { expect, test } from "vitest";
import { deviceOf, isTouch } from "./device";

test.each([
  ["web", "Windows", 1280, 800, false, "browser"],
  ["web", null, 400, 800, false, "browser"],
  ["web", null, 400, 800, true, "phone"],
  ["web", "Windows", 1280, 800, true, "browser"],
  ["web", "iOS", 390, 844, false, "phone"],
  ["web", "Android", 844, 390, false, "phone"],
  ["web", "iOS", 820, 1180, true, "tablet"],
  ["mobile", null, 360, 780, false, "phone"],
  ["mobile", null, 1024, 768, false, "tablet"],
] as const)("%s on %s, %i x %i, touched: %s, is a %s", (platform, os, w, h, touched, device) => {
  expect(deviceOf({ platform, os }, w, h, touched)).toBe(device);
});

test("fingers are told from mice", () => {
  const event = (data: Record<string, unknown>) => isTouch({ type: 3, timestamp: 0, data });
  expect([event({ source: 6 }), event({ source: 2, type: 7 })]).toEqual([true, true]);
  expect([event({ source: 1 }), event({ source: 2, type: 2 })]).toEqual([false, false]);
});
