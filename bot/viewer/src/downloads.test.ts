import { expect, test } from "vitest";
import { FORMATS } from "./downloads";
import { type JsonObject, list, object } from "./json";
import { rawEvents } from "./rawLines";
import { checkoutManifest, sampleText } from "./testing";

async function* segments(...texts: string[]) {
  yield* texts;
}

async function written(label: string, ...texts: string[]): Promise<string> {
  const format = FORMATS.find((one) => one.label === label);
  const parts = await format?.write(rawEvents(segments(...texts)), checkoutManifest());
  return parts?.join("") ?? "";
}

/** Numbers and halves of emojis that reading and writing as JavaScript would change. */
const ODD =
  '["w1",{"type":5,"data":{"n":12345678901234567890,"s":"\\ud83d","z":-0.0},"timestamp":2}]\n' +
  '["w\\"2",{"type":5,"timestamp":1,"data":{}}]\n["w1",{}]\n';

test("rrweb JSON holds each event letter for letter, and its window", async () => {
  expect(await written("rrweb JSON", ODD)).toBe(
    '[{"type":5,"data":{"n":12345678901234567890,"s":"\\ud83d","z":-0.0},"timestamp":2,"windowId":"w1"},\n' +
      '{"type":5,"timestamp":1,"data":{},"windowId":"w\\"2"},\n{"windowId":"w1"}]\n',
  );
  expect(await written("rrweb JSON", "")).toBe("[]\n");
});

test("PostHog's JSON has the events in order of time and the windows numbered", async () => {
  const text = await written("PostHog JSON", ODD.replace('["w1",{}]\n', ""));
  expect(text).toContain(
    '"snapshots":[{"windowId":1,"type":5,"timestamp":1,"data":{}},{"windowId":2,"type":5,"data":' +
      '{"n":12345678901234567890,',
  );
  expect(object(JSON.parse(text)).version).toBe("2023-04-28");
});

test("the sample comes out whole, however it is cut into segments", async () => {
  const text = sampleText("checkout");
  const half = text.indexOf("\n", text.length / 2) + 1;
  const events = JSON.parse(
    await written("rrweb JSON", text.slice(0, half), text.slice(half)),
  ) as JsonObject[];
  const lines = text.trim().split("\n").map((line) => JSON.parse(line) as [string, JsonObject]);
  expect(events).toEqual(lines.map(([windowId, event]) => ({ ...event, windowId })));
});

test("console lines are level, message and trace", async () => {
  const lines = (await written("Console lines", sampleText("checkout"))).trim().split("\n");
  expect(lines).toHaveLength(15);
  const failed = lines.map((line) => JSON.parse(line)).find((line) => /PGW_504/.test(line.message));
  expect(failed).toMatchObject({ level: "error", timestamp_ms: 1_795_431_732_701 });
  expect(failed.message).toMatch(/^Payment failed 500 \{"error":"payment_gateway_timeout"/);
});

test("the HAR has each request once, on its page, with its phases", async () => {
  const { log } = JSON.parse(await written("HAR", sampleText("checkout")));
  expect(log).toMatchObject({ version: "1.2", creator: { name: "replay-courier" } });
  expect(log.creator.version).toMatch(/^\d+\./);
  expect(log.entries).toHaveLength(49);
  expect(log.pages.map(({ id }: JsonObject) => id)).toEqual(
    log.pages.map((_: unknown, index: number) => `page_${index + 1}`),
  );
  const payment = list(log.entries).find((entry) => {
    return /api\/payment$/.test(String(object(object(entry).request).url));
  });
  expect(payment).toMatchObject({
    startedDateTime: "2026-11-23T11:02:12.691Z",
    response: { status: 500, content: { mimeType: "application/json" } },
    timings: { send: 0 },
  });
});

test("lines that are no events are passed over", async () => {
  expect(await written("rrweb JSON", 'nonsense\n["w",7]\n[]\n{"a":1}\n')).toBe("[]\n");
});
