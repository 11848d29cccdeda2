import { describe, expect, test } from "vitest";
import { wantedIn } from "./finding";
import {
  type NetworkKind,
  type NetworkTrouble,
  filterNetwork,
  foundIn,
  networkRows,
} from "./networkRows";
import { EventType, NETWORK_PLUGIN, type WindowEvent } from "./rrweb";
import { sampleEvents } from "./testing";

const START_MS = 1_795_431_705_574;
const checkout = networkRows(sampleEvents("checkout"), START_MS);

function batch(...requests: object[]): WindowEvent[] {
  const data = { plugin: NETWORK_PLUGIN, payload: { requests } };
  return [{ windowId: "w", event: { type: EventType.Plugin, timestamp: START_MS, data } }];
}

describe("the real recordings", () => {
  test.each([
    ["checkout", 49, 11],
    ["dashboard-plugins", 47, 0],
    ["static-simple", 3, 0],
  ])("%s has %i requests, %i of them failing", (name, requests, failing) => {
    const rows = networkRows(sampleEvents(name), START_MS);
    expect(rows).toHaveLength(requests);
    expect(rows.filter((row) => row.failing)).toHaveLength(failing);
  });

  test("a style sheet without CORS headers has status 0 and did not fail", () => {
    const row = checkout.find(({ url }) => url.endsWith("/promo.css"));
    expect(row).toMatchObject({ status: null, failing: false });
  });

  test("a fetch that ended without a status failed", () => {
    const row = checkout.find(({ host }) => host === "down.acme.invalid");
    expect(row).toMatchObject({ status: null, failing: true, method: "GET" });
  });

  test("a failed payment shows method, headers, body and phases", () => {
    const row = checkout.find(({ path }) => path === "/api/payment");
    expect(row).toMatchObject({ method: "POST", status: 500, sizeBytes: 419 });
    expect(row?.responseHeaders).toContainEqual(["x-request-id", "req_8f31c2"]);
    expect(row?.responseBody).toMatchObject({ note: false });
    expect(row?.requestBody).toMatchObject({ note: true });
    expect(row?.phases.map(({ name }) => name)).toEqual([
      "Waiting to start",
      "Waiting for the server",
      "Download",
    ]);
  });

  test("rows are placed at the start of the request, not when it was reported", () => {
    const quotes = checkout.find(({ path }) => path.startsWith("/api/shipping/quotes"));
    expect(quotes?.atMs).toBe(1_795_431_719_657 - START_MS);
    expect(quotes?.slow).toBe(true);
  });

  test("are filtered by failure and by what is in a body", () => {
    const found = (words: string, ...kinds: (NetworkKind | NetworkTrouble)[]) =>
      filterNetwork(checkout, new Set(kinds), wantedIn(words));
    expect(found("", "failed")).toHaveLength(11);
    expect(found("", "failed", "slow")).toHaveLength(12);
    expect(found("coupon_not_found")).toHaveLength(1);
    expect(found("coupon_not_found").map((row) => foundIn(row, wantedIn("Coupon_not")))).toEqual([
      "in the response body",
    ]);
    expect(found("req_8f31c2", "failed", "xhr").length).toBeGreaterThan(0);
    expect(found("shop.css", "failed")).toHaveLength(0);
    expect(found("shop.css", "css")).toHaveLength(2);
  });

  test("are sorted as a browser's tools sort them", () => {
    const kinds = checkout.map(({ url, kind }) => [url.split("/").at(-1), kind]);
    expect(kinds).toContainEqual(["inter.woff2", "font"]);
    expect(kinds).toContainEqual(["bg.png", "img"]);
    expect(kinds).toContainEqual(["theme.css", "css"]);
    expect(kinds).toContainEqual(["payment", "xhr"]);
    expect(kinds).toContainEqual(["ph.js", "js"]);
  });
});

test("the observer's and the wrapper's record of one request are one row, the fuller", () => {
  const seen = { name: "https://a/b", initiatorType: "fetch", startTime: 10.2, responseStatus: 200 };
  const rows = networkRows(
    batch(
      { ...seen, timestamp: START_MS + 10 },
      { ...seen, startTime: 10, timestamp: START_MS + 11, method: "PUT", status: 200 },
    ),
    START_MS,
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.method).toBe("PUT");
});

test("equal start times on two page loads are two requests", () => {
  const seen = { name: "https://a/b", initiatorType: "img", startTime: 10 };
  const rows = networkRows(
    batch({ ...seen, timestamp: START_MS }, { ...seen, timestamp: START_MS + 9000 }),
    START_MS,
  );
  expect(rows).toHaveLength(2);
});

test("paint and server timing records are no requests", () => {
  const kinds = ["paint", "first-input", "serverTiming"];
  expect(networkRows(batch(...kinds.map((entryType) => ({ entryType }))), START_MS)).toEqual([]);
});

test("a cached resource says so", () => {
  const [row] = networkRows(
    batch({ name: "https://a/b.js", transferSize: 0, decodedBodySize: 900 }),
    START_MS,
  );
  expect(row?.fromCache).toBe(true);
});

test.each([null, 3, "x", { name: 7, timestamp: "soon", requestHeaders: [1] }])(
  "a request of %j makes a row, not an error",
  (odd) => {
    expect(networkRows(batch(odd as object), START_MS)).toHaveLength(1);
  },
);
