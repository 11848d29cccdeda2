/**
 * Where a replay's segments come from: elements of this page, awaited while the browser
 * is still reading the file, or the share page's server. Order is the manifest's.
 */
import { bytesOfText } from "./bytes";
import { UnreadableReplay } from "./payload";

const FETCHES_AHEAD = 3;

/** The compressed bytes of segment `index`, or null where the file ends before it. */
export type SegmentSource = (index: number) => Promise<Uint8Array<ArrayBuffer> | null>;

/** Segments held by `document` itself, or other parts, by their elements' class. */
export function embeddedSegments(
  document: Document,
  className = "replay-segment",
): SegmentSource {
  return async (index) => {
    const element = await partElement(document, className, index);
    return element && bytesOfText(element.textContent ?? "");
  };
}

/** Segments served under `baseUrl`, a few of them asked for ahead of use. */
export function servedSegments(baseUrl: string, count: number): SegmentSource {
  const asked = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  const ask = (index: number) => {
    const known = asked.get(index);
    if (known) return known;
    const answer = fetchSegment(baseUrl + index);
    // Awaited later; an early failure must not surface as unhandled meanwhile.
    answer.catch(() => undefined);
    asked.set(index, answer);
    return answer;
  };
  return async (index) => {
    for (let next = index; next < Math.min(count, index + FETCHES_AHEAD); next++) ask(next);
    const bytes = await ask(index);
    asked.delete(index);
    return bytes;
  };
}

/** Segments that may not be served any more later on: once brought in, they stay. */
export function keptSegments(source: SegmentSource): SegmentSource {
  const kept = new Map<number, Uint8Array<ArrayBuffer> | null>();
  return async (index) => {
    const bytes = kept.get(index) ?? (await source(index));
    kept.set(index, bytes);
    return bytes;
  };
}

async function fetchSegment(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 404 || answer?.status === 410) {
    throw new UnreadableReplay("This link has expired or was revoked. Ask for a new one.");
  }
  const bytes = answer?.ok ? await answer.arrayBuffer().catch(() => null) : null;
  if (!bytes) {
    const reason = answer && !answer.ok ? `answered ${answer.status}` : "cannot be reached";
    throw new UnreadableReplay(`The server ${reason}. Reload to try again.`);
  }
  return new Uint8Array(bytes);
}

function partElement(
  document: Document,
  className: string,
  index: number,
): Promise<Element | null> {
  const selector = `script.${className}[data-index="${index}"]`;
  return new Promise((resolve) => {
    const look = () => {
      const element = document.querySelector(selector);
      // The parser fills an element in steps: it is whole once something follows it.
      if (element?.nextElementSibling) return settle(element);
      if (document.readyState !== "loading") return settle(null);
    };
    const watcher = new MutationObserver(look);
    const settle = (element: Element | null) => {
      watcher.disconnect();
      document.removeEventListener("DOMContentLoaded", look);
      resolve(element);
    };
    watcher.observe(document, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", look);
    look();
  });
}

/**
 * Whether `bytes` are those the manifest names; null where the browser cannot say
 * (crypto.subtle exists only on secure origins).
 */
export async function matches(
  bytes: Uint8Array<ArrayBuffer>,
  entry: { sha256: string },
): Promise<boolean | null> {
  if (!entry.sha256 || !globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === entry.sha256;
}
