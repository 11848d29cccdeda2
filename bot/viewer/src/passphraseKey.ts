/**
 * A key out of a passphrase, by Argon2id: it takes memory and most of a second on
 * purpose, so a worker made from this very script does it, and the page stays alive.
 */
import { argon2id } from "@noble/hashes/argon2.js";

/** How a file makes its key; the numbers are bounded before they come here. */
export interface Kdf {
  memoryKib: number;
  passes: number;
  lanes: number;
  salt: Uint8Array<ArrayBuffer>;
}

interface Job {
  passphrase: string;
  kdf: Kdf;
}

/** The part of a worker's global scope used here; the DOM library doesn't name it. */
interface WorkerScope {
  onmessage: ((message: MessageEvent<Job>) => void) | null;
  postMessage(key: Uint8Array<ArrayBuffer>): void;
}

/** Name of the worker in which this script makes a key. */
export const KEY_WORKER = "passphrase-key";

/** The 32 bytes that stand for a passphrase. */
export function keyOf(passphrase: string, kdf: Kdf): Uint8Array<ArrayBuffer> {
  // Composed, as RFC 8265 asks: the same from every keyboard.
  const typed = new TextEncoder().encode(passphrase.normalize("NFC"));
  const key = argon2id(typed, kdf.salt, {
    m: kdf.memoryKib,
    t: kdf.passes,
    p: kdf.lanes,
    dkLen: 32,
  });
  return new Uint8Array(key);
}

/** Makes one key; called when this script finds itself in the worker of that name. */
export function serveKey(scope: WorkerScope): void {
  scope.onmessage = ({ data }) => scope.postMessage(keyOf(data.passphrase, data.kdf));
}

/** `keyOf` in a worker running `script`; on this thread where none starts. */
export async function keyInWorker(
  script: string,
  passphrase: string,
  kdf: Kdf,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = script ? await askWorker(script, { passphrase, kdf }) : null;
  return key ?? keyOf(passphrase, kdf);
}

function askWorker(script: string, job: Job): Promise<Uint8Array<ArrayBuffer> | null> {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return new Promise<Uint8Array<ArrayBuffer> | null>((resolve) => {
    const worker = new Worker(url, { name: KEY_WORKER });
    const settle = (key: Uint8Array<ArrayBuffer> | null) => {
      worker.terminate();
      resolve(key);
    };
    worker.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      settle(null);
    };
    worker.postMessage(job);
  })
    .catch(() => null)
    .finally(() => URL.revokeObjectURL(url));
}
