import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { curlCommand, quoted } from "./curl";
import { networkRows } from "./networkRows";
import { EventType, NETWORK_PLUGIN } from "./rrweb";

const HOSTILE = [
  "it's",
  "'; touch canary #",
  "$(touch canary) `touch canary` ${HOME} $HOME \\",
  "bang! !! !$ !-1 '!'",
  "line one\nline two\r\n\ttabbed",
  "\x1b[201~touch canary\n",
  "\\' \\x27 \\u0027",
  "right\u202eto\u2066left\u2028\u00a0",
  "gr\u00fc\u00dfe \u{1f600} \u65e5\u672c",
  "a && b | c > d; e & f #",
  "-o canary",
  "@/etc/passwd",
];

/** The words that a shell makes of `command` behind `curl`, run by the real bash. */
function words(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; set -o history; set -H; ${command}`;
  const said = execFileSync("bash", ["--norc", "-c", script], { cwd: "/tmp" });
  return said.toString().split("\0").slice(0, -1);
}

function row(request: object) {
  const data = { plugin: NETWORK_PLUGIN, payload: { requests: [request] } };
  const event = { type: EventType.Plugin, timestamp: 0, data };
  const [made] = networkRows([{ windowId: "w", event }], 0);
  if (!made) throw new Error("no row");
  return made;
}

test.each(HOSTILE)("%j is one word to the shell, and the same one", (word) => {
  expect(words(`curl ${quoted(word)} end`)).toEqual([word, "end"]);
  expect(quoted(word)).toMatch(/^[^\p{C}\u2028\u2029]*$/u);
});

test("a request is written out with method, headers and body", () => {
  const request = {
    name: "https://a.test/pay?x=1#top",
    method: "PUT",
    status: 500,
    requestHeaders: { "Content-Type": "application/json", "accept-encoding": "br", empty: "" },
    requestBody: '{"it\'s":true}',
  };
  expect(words(curlCommand(row(request)) ?? "")).toEqual([
    "--globoff",
    "https://a.test/pay?x=1",
    "-X",
    "PUT",
    "-H",
    "Content-Type: application/json",
    "--compressed",
    "-H",
    "empty;",
    "--data-raw",
    '{"it\'s":true}',
  ]);
});

test.each(HOSTILE)("%j stays where it is in URL, header and body", (evil) => {
  const request = {
    name: `https://a.test/${evil}?q=${evil}`,
    method: "POST",
    requestHeaders: { "x-evil": evil, [`x ${evil}`]: "no name of a header" },
    requestBody: evil,
  };
  const said = words(curlCommand(row(request)) ?? "");
  expect(said).toHaveLength(6);
  expect(said[1]).toMatch(/^https:\/\/a\.test\/\S*$/);
  expect(said[3]).toBe(`x-evil: ${evil.replace(/[\r\n]+/g, " ").trim()}`);
  expect(said.slice(4)).toEqual(["--data-raw", evil]);
});

test("a header ends at its line, and no name of a header reads a file", () => {
  const headers = { "x-a": "1\r\nx-b: 2\0", "@/etc/passwd": "x", ":method": "GET" };
  const said = words(curlCommand(row({ name: "http://a/", requestHeaders: headers })) ?? "");
  expect(said).toEqual(["--globoff", "http://a/", "-H", "x-a: 1 x-b: 2"]);
});

test("a body with a NUL comes through a pipe, whole", () => {
  const body = "a\0b'$(touch canary)\\0101!\u00e9\n";
  const command = curlCommand(row({ name: "http://a/", method: "POST", requestBody: body }));
  const script = `curl() { cat; }; ${command}`;
  expect(execFileSync("bash", ["-c", script], { cwd: "/tmp" }).toString()).toBe(body);
});

test.each(["file:///etc/passwd", "-o/tmp/x", "", "javascript:alert(1)", "data:,x"])(
  "%j is nothing to send with curl",
  (name) => {
    expect(curlCommand(row({ name }))).toBeNull();
  },
);
