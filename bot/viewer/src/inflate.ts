/**
 * Segments (zstd frames of NDJSON, ids apart) to text, in a worker made from this very script so
 * that the page needs no second file; on the page's own thread where no worker starts.
 */
import { Decompress } from "fzstd";
import { join, longest } from "./columns";

interface Job {
  id: number;
  bytes: Uint8Array;
  textBytes: number;
}

interface Answer {
  id: number;
  text?: string;
  error?: string;
}

export interface Inflater {
  /**
   * The text of one segment, `textBytes` long; rejects if it is damaged, or longer:
   * a few bytes can unpack to more than any memory holds.
   */
  inflate(bytes: Uint8Array<ArrayBuffer>, textBytes: number): Promise<string>;
}

/** The part of a worker's global scope used here; the DOM library doesn't name it. */
interface WorkerScope {
  onmessage: ((message: MessageEvent<Job>) => void) | null;
  postMessage(answer: Answer): void;
}

const SLICE_BYTES = 64 * 1024;
/** What is unpacked of one segment at most, whatever a file claims: the exporter's limit. */
const MAX_SEGMENT_BYTES = (4 * 64 + 8) * 1024 * 1024;

/** Answers inflate jobs; called when this script finds itself inside a worker. */
export function serveInflate(scope: WorkerScope): void {
  scope.onmessage = (message) => {
    const { id, bytes, textBytes } = message.data;
    let answer: Answer;
    try {
      answer = { id, text: inflateNow(bytes, textBytes) };
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
    { job: Job; resolve: (text: string) => void; reject: (reason: Error) => void }
  >();

  constructor(private readonly worker: Worker) {
    worker.onmessage = (message: MessageEvent<Answer>) => {
      const { id, text, error } = message.data;
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (text !== undefined) asked?.resolve(text);
      else asked?.reject(new Error(error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.broken = true;
      for (const { job, resolve, reject } of this.waiting.values()) {
        inflateInSlices(job.bytes, job.textBytes).then(resolve, reject);
      }
      this.waiting.clear();
    };
  }

  inflate(bytes: Uint8Array, textBytes: number): Promise<string> {
    if (this.broken) return inflateInSlices(bytes, textBytes);
    const job: Job = { id: this.nextId++, bytes, textBytes };
    return new Promise((resolve, reject) => {
      this.waiting.set(job.id, { job, resolve, reject });
      this.worker.postMessage(job);
    });
  }
}

function inflateNow(bytes: Uint8Array, textBytes: number): string {
  const { push, finish } = collector(textBytes);
  push(bytes, true);
  return finish();
}

async function inflateInSlices(bytes: Uint8Array, textBytes: number): Promise<string> {
  const { push, finish } = collector(textBytes);
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    const end = Math.min(bytes.length, start + SLICE_BYTES);
    push(bytes.subarray(start, end), end === bytes.length);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return finish();
}

function collector(textBytes: number) {
  const limit = longest(Math.min(textBytes, MAX_SEGMENT_BYTES));
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((chunk) => {
    length += chunk.length;
    if (length > limit) throw new Error("longer than the manifest says");
    // The stream writes its next chunk where this one stands.
    chunks.push(chunk.slice());
  });
  return {
    push: (bytes: Uint8Array, last: boolean) => stream.push(bytes, last),
    finish: () => {
      const content = new Uint8Array(length);
      let at = 0;
      for (const chunk of chunks) {
        content.set(chunk, at);
        at += chunk.length;
      }
      const text = join(content);
      if (text.length !== textBytes) throw new Error("not as long as the manifest says");
      // Invalid UTF-8 means damage, which a checksum may not be there to notice.
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
    },
  };
}
