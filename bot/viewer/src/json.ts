/**
 * Reading values of unknown shape out of recordings: anything may be missing or of
 * another type, and nothing here throws.
 */

export type JsonObject = Record<string, unknown>;

/** The value if it is a plain object, else an empty one. */
export function object(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Parsed JSON, or undefined where the text is not JSON. */
export function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** The value's JSON; only its beginning where it nests too deeply to be written. */
export function json(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent) ?? "";
  } catch {
    return preview(value, 1000);
  }
}

/** The beginning of a value on one line, at a cost that its size does not change. */
export function preview(value: unknown, room = 80): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > room ? `${value.slice(0, room)}\u2026` : value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  const [start, end] = Array.isArray(value) ? "[]" : "{}";
  let line = start ?? "";
  for (const name in value) {
    if (line.length > 1) line += ", ";
    if (line.length >= room) return `${line}\u2026${end}`;
    if (start === "{") line += `${name.slice(0, room)}: `;
    line += preview((value as Record<string, unknown>)[name], Math.max(0, room - line.length));
  }
  return line + end;
}
