/**
 * Locked replays: the public part of one, and its sealed pieces opened with a key. The
 * twin of the exporter's lock. Making that key of a passphrase is passphraseKey.ts's.
 */
import { number, object, parse, text } from "./json";
import type { Kdf } from "./passphraseKey";
import { UnreadableReplay } from "./payload";
import type { SegmentSource } from "./segments";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a locked file says in the open. */
export interface Locked {
  kdf: Kdf;
  /** Everything that each sealed piece vouches for, as one text. */
  header: string;
  key: string;
  manifest: string;
  check: string;
}

export type PieceKind = "segment" | "asset";

export interface Unlocked {
  /** The manifest's JSON. */
  manifest: string;
  /** What the piece `index` of `count` of its kind is; UnreadableReplay if not that. */
  decrypt(kind: PieceKind, index: number, count: number, sealed: Bytes): Promise<Bytes>;
}

/** The key opens nothing: it was made of another passphrase. */
export class WrongPassphrase extends Error {}

const NONCE_BYTES = 12;
const SALT_BYTES = 16;
const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;
const FIELDS = "check,cipher,kdf,key,lanes,manifest,memory_kib,passes,salt";
const DAMAGED =
  "This file is damaged: what it says of its lock was changed. Ask for it to be sent again.";
const MANIFEST_DAMAGED =
  "The passphrase is right, but this file is damaged: its manifest was altered. " +
  "Ask for it to be sent again.";

/**
 * The public part in a manifest's text, or null where it is of no locked file. Throws
 * UnreadableReplay where it is of another shape than the exporter writes, or asks for
 * more work than any honest file.
 */
export function readLocked(source: string): Locked | null {
  const file = object(parse(source));
  if (!("locked" in file)) return null;
  const locked = object(file.locked);
  if (locked.kdf !== "argon2id" || locked.cipher !== "aes-256-gcm") {
    throw new UnreadableReplay(
      "This replay is locked in a way that its viewer does not know. " +
        "Ask for it to be exported again.",
    );
  }
  const fields = { ...file, ...locked };
  const line = (name: string) => {
    const value = text(fields[name]);
    if (!value || !/^[\x20-\x7e]{1,100}$/.test(value)) throw new UnreadableReplay(DAMAGED);
    return value;
  };
  const whole = (name: string) => {
    const value = number(fields[name]);
    if (value === null || !Number.isInteger(value)) throw new UnreadableReplay(DAMAGED);
    return value;
  };
  const names = (value: object) => Object.keys(value).sort().join();
  if (names(locked) !== FIELDS || names(file) !== "format,locked,producer,version") {
    throw new UnreadableReplay(DAMAGED);
  }
  const salt = line("salt");
  const kdf = {
    memoryKib: whole("memory_kib"),
    passes: whole("passes"),
    lanes: whole("lanes"),
    salt: bytesOf(salt),
  };
  if (kdf.salt.length !== SALT_BYTES) throw new UnreadableReplay(DAMAGED);
  refuseExcess(kdf);
  return {
    kdf,
    header: [
      ...[line("format"), whole("version"), line("producer"), locked.kdf],
      ...[kdf.memoryKib, kdf.passes, kdf.lanes, salt, locked.cipher],
    ].join("\n"),
    key: text(locked.key) ?? "",
    manifest: text(locked.manifest) ?? "",
    check: text(locked.check) ?? "",
  };
}

/** What a file may ask of its reader; the exporter refuses the same. */
function refuseExcess({ memoryKib, passes, lanes }: Kdf): void {
  const within = (value: number, least: number, most: number) => value >= least && value <= most;
  const honest =
    within(lanes, 1, 16) &&
    within(passes, 1, 16) &&
    within(memoryKib, 8 * lanes, 256 * 1024) &&
    memoryKib * passes <= 1024 * 1024;
  if (honest) return;
  throw new UnreadableReplay("This file asks for more work to unlock it than any honest one.");
}

/** Throws UnreadableReplay where the public part was damaged on its way. */
export async function checkLocked(locked: Locked): Promise<void> {
  const source = [locked.header, "check", 0, 1, locked.key, locked.manifest].join("\n");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  if (hex.join("") !== locked.check) throw new UnreadableReplay(DAMAGED);
}

/**
 * Opens a locked file with the key made of its passphrase. Rejects with WrongPassphrase,
 * or with UnreadableReplay where the key is right and the manifest was altered.
 */
export async function openLocked(locked: Locked, passphraseKey: Bytes): Promise<Unlocked> {
  const place = (kind: string, index = 0, count = 1) =>
    new TextEncoder().encode([locked.header, kind, index, count].join("\n"));
  const outer = await aesKey(passphraseKey);
  const dataKey = await opened(outer, bytesOf(locked.key), place("key"));
  if (dataKey?.length !== 32) throw new WrongPassphrase();
  const data = await aesKey(dataKey);
  const packed = await opened(data, bytesOf(locked.manifest), place("manifest"));
  const manifest = packed && (await inflated(packed));
  if (manifest === null) throw new UnreadableReplay(MANIFEST_DAMAGED);
  return {
    manifest,
    decrypt: async (kind, index, count, sealed) => {
      const piece = await opened(data, sealed, place(kind, index, count));
      if (piece) return piece;
      throw new UnreadableReplay(
        `Part ${index + 1} of ${count} of this file was altered or belongs to another. ` +
          "Ask for the file to be sent again.",
      );
    },
  };
}

/** The `count` pieces of `source`, each opened as it is asked for. */
export function unlockedPieces(
  unlocked: Unlocked,
  kind: PieceKind,
  count: number,
  source: SegmentSource,
): SegmentSource {
  return async (index) => {
    const sealed = await source(index);
    return sealed && unlocked.decrypt(kind, index, count, sealed);
  };
}

function aesKey(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);
}

async function opened(key: CryptoKey, sealed: Bytes, additionalData: Bytes): Promise<Bytes | null> {
  const iv = sealed.slice(0, NONCE_BYTES);
  if (iv.length < NONCE_BYTES) return null;
  try {
    const algorithm = { name: "AES-GCM", iv, additionalData };
    return new Uint8Array(
      await crypto.subtle.decrypt(algorithm, key, sealed.subarray(NONCE_BYTES)),
    );
  } catch {
    return null;
  }
}

/** The text of a zlib stream, or null where it is none, or too large. */
async function inflated(packed: Bytes): Promise<string | null> {
  const decoder = new TextDecoder();
  let length = 0;
  let result = "";
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const reader = stream.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      length += step.value.length;
      if (length > MOST_MANIFEST_BYTES) return null;
      result += decoder.decode(step.value, { stream: true });
    }
    return result + decoder.decode();
  } catch {
    return null;
  }
}

function bytesOf(base64: string): Bytes {
  try {
    return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
  } catch {
    throw new UnreadableReplay(DAMAGED);
  }
}
