import { expect, test } from "vitest";
import { pageName, windowNames } from "./windowNames";

test.each([
  ["https://shop.test/checkout?step=2#x", "/checkout"],
  ["https://shop.test/", "shop.test"],
  ["CheckoutActivity", "CheckoutActivity"],
  ["about:blank", "about:blank"],
  ["", ""],
])("%s is called %s", (url, name) => {
  expect(pageName(url)).toBe(name);
});

test("of a long path the end is kept", () => {
  const name = pageName("https://shop.test/accounts/4821/orders/2026/11/summary");
  expect(name).toHaveLength(28);
  expect(name).toMatch(/^\u2026.*\/summary$/);
});

test("windows on the same page, or on none yet, are told apart", () => {
  const urls = ["https://shop.test/a", "https://shop.test/a", ""];
  expect(windowNames(urls)).toEqual(["/a", "/a (2)", "Window 3"]);
});
