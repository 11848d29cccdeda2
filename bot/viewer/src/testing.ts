/** Recordings cut from real ones, for the tests beside the modules. */
import { readFileSync } from "node:fs";
import { decompress } from "fzstd";
import { join } from "./columns";
import { type Manifest, readManifest } from "./payload";
import { Recording } from "./recording";
import type { WindowEvent } from "./rrweb";

const read = (name: string) =>
  readFileSync(new URL(`../samples/${name}`, import.meta.url));

/** The NDJSON of a sample. */
export function sampleText(name: string): string {
  return new TextDecoder().decode(join(decompress(new Uint8Array(read(`${name}.zst`)))));
}

export function sampleEvents(name: string): WindowEvent[] {
  return sampleText(name)
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [windowId, event] = JSON.parse(line) as [string, WindowEvent["event"]];
      return { windowId, event };
    });
}

/** The manifest of the sample "checkout". */
export function checkoutManifest(): Manifest {
  return readManifest(read("manifest.json").toString());
}

export async function checkoutRecording(): Promise<Recording> {
  const recording = new Recording(checkoutManifest());
  await recording.add(sampleText("checkout"), async () => undefined);
  return recording;
}
