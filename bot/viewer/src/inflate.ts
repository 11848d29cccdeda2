/**
 * Segments (zstd frames of NDJSON) to text, in a worker made from this very script so
 * that the page needs no second file; on the page's own thread where no worker starts.
 */
import { Decompress } from "fzstd";

interface Job {
  id: number;
  bytes: Uint8Array;
}

interface Answer {
  id: number;
  text?: string;
  error?: string;
}

export interface Inflater {
  /** The text of one segment; rejects with a readable reason if it is damaged. */
  inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** The part of a worker's global scope used here; the DOM library doesn't name it. */
interface WorkerScope {
  onmessage: ((message: MessageEvent<Job>) => void) | null;
  postMessage(answer: Answer): void;
}

const SLICE_BYTES = 64 * 1024;

/** Answers inflate jobs; called when this script finds itself inside a worker. */
export function serveInflate(scope: WorkerScope): void {
  scope.onmessage = (message) => {
    const { id, bytes } = message.data;
    let answer: Answer;
    try {
      answer = { id, text: inflateNow(bytes) };
    } catch (reason) {
      answer = { id, error: String(reason) };
    }
    scope.postMessage(answer);
  };
}

/**
 * An inflater in a worker running `script`, or on this thread if `script` is empty or
 * the browser refuses the worker.
 */
export function startInflater(script: string): Inflater {
  if (!script) return { inflate: inflateInSlices };
  let worker: Worker;
  try {
    worker = new Worker(
      URL.createObjectURL(new Blob([script], { type: "text/javascript" })),
    );
  } catch {
    return { inflate: inflateInSlices };
  }
  return new WorkerInflater(worker);
}

class WorkerInflater implements Inflater {
  private nextId = 0;
  private broken = false;
  private readonly waiting = new Map<
    number,
    { bytes: Uint8Array; resolve: (text: string) => void; reject: (reason: Error) => void }
  >();

  constructor(private readonly worker: Worker) {
    worker.onmessage = (message: MessageEvent<Answer>) => {
      const { id, text, error } = message.data;
      const job = this.waiting.get(id);
      this.waiting.delete(id);
      if (text !== undefined) job?.resolve(text);
      else job?.reject(new Error(error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.broken = true;
      for (const { bytes, resolve, reject } of this.waiting.values()) {
        inflateInSlices(bytes).then(resolve, reject);
      }
      this.waiting.clear();
    };
  }

  inflate(bytes: Uint8Array): Promise<string> {
    if (this.broken) return inflateInSlices(bytes);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { bytes, resolve, reject });
      this.worker.postMessage({ id, bytes } satisfies Job);
    });
  }
}

function inflateNow(bytes: Uint8Array): string {
  const { push, finish } = collector();
  push(bytes, true);
  return finish();
}

async function inflateInSlices(bytes: Uint8Array): Promise<string> {
  const { push, finish } = collector();
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    const end = Math.min(bytes.length, start + SLICE_BYTES);
    push(bytes.subarray(start, end), end === bytes.length);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return finish();
}

function collector() {
  // Invalid UTF-8 means damage, which a checksum may not be there to notice.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  const stream = new Decompress((chunk) => {
    text += decoder.decode(chunk, { stream: true });
  });
  return {
    push: (bytes: Uint8Array, last: boolean) => stream.push(bytes, last),
    finish: () => text + decoder.decode(),
  };
}
