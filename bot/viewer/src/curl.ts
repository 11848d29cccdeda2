/**
 * A recorded request as a curl command for bash and zsh. The request is hostile text
 * that somebody will paste into a terminal: every word is quoted so that it ends where
 * it should, and nothing in it reaches the shell, the terminal or the local files.
 */
import type { NetworkRow } from "./networkRows";

/** curl and the connection set these themselves. */
const OWN_HEADERS = new Set(["host", "content-length", "accept-encoding", "connection"]);
/** A header's name in HTTP; also what keeps curl from reading `@file` and `:method`. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** The command, or null for what is no request over HTTP. */
export function curlCommand(row: NetworkRow): string | null {
  const url = webUrl(row.url);
  if (!url) return null;
  const body = row.requestBody?.note === false ? row.requestBody.text : null;
  const method = row.method && /^[A-Za-z]{1,20}$/.test(row.method) ? row.method : null;
  const parts = [`curl --globoff ${quoted(url)}`];
  // A body makes it a POST, no body a GET.
  if (method && method.toUpperCase() !== (body === null ? "GET" : "POST")) {
    parts.push(`-X ${quoted(method)}`);
  }
  for (const [name, value] of row.requestHeaders) {
    if (!TOKEN.test(name)) continue;
    if (name.toLowerCase() === "accept-encoding") parts.push("--compressed");
    if (OWN_HEADERS.has(name.toLowerCase())) continue;
    // A header ends at its line; the next one would be another's.
    const line = value.replace(/[\r\n\0]+/g, " ").trim();
    // curl takes `name:` as "leave it out" and `name;` as "send it empty".
    parts.push(`-H ${quoted(line ? `${name}: ${line}` : `${name};`)}`);
  }
  if (body?.includes("\0")) {
    // No argument of a command can hold a NUL.
    parts[0] = `printf '%b' '${octal(body)}' | ${parts[0]}`;
    parts.push("--data-binary @-");
  } else if (body !== null) {
    parts.push(`--data-raw ${quoted(body)}`);
  }
  return parts.join(" \\\n  ");
}

function webUrl(source: string): string | null {
  try {
    const url = new URL(source);
    url.hash = "";
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** One word of a shell command. */
export function quoted(word: string): string {
  // Anything invisible could steer the terminal; `!` is history in an interactive one.
  if (!/['!]|[^\P{C}]|[^\P{Z} ]/u.test(word)) return `'${word}'`;
  const inside = word.replace(/['\\!]|[^\P{C}]|[^\P{Z} ]/gu, (unit) =>
    unit === "\\" || unit === "'" ? `\\${unit}` : bytesOf(unit, (byte) => `\\x${hex(byte)}`),
  );
  return `$'${inside}'`;
}

/** Text for printf's %b in single quotes. */
function octal(text: string): string {
  return text.replace(/['\\!]|[^ -~]/gu, (unit) =>
    bytesOf(unit, (byte) => `\\0${byte.toString(8).padStart(3, "0")}`),
  );
}

function bytesOf(unit: string, write: (byte: number) => string): string {
  return Array.from(new TextEncoder().encode(unit), write).join("");
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
