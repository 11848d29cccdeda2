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
