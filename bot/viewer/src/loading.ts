/** Brings the segments in, one after the other, and lets the page breathe meanwhile. */
import type { App } from "./app";
import type { Inflater } from "./inflate";
import { type Manifest, UnreadableReplay } from "./payload";
import type { Recording } from "./recording";
import { type SegmentSource, matches } from "./segments";

/** Work in stretches shorter than a dropped frame is noticed. */
const SLICE_MS = 12;
/** Panels are redrawn at most this often while segments arrive. */
const REDRAW_MS = 400;

/**
 * Loads the whole recording into `recording` and `app`; `ready` is called as soon as
 * there is something to show. Rejects with UnreadableReplay if nothing can be shown.
 */
export async function loadRecording(
  manifest: Manifest,
  source: SegmentSource,
  inflater: Inflater,
  recording: Recording,
  app: App,
  ready: () => void,
): Promise<void> {
  const breathe = breather();
  const { segments } = manifest;
  let verified: boolean | null = true;
  let drawn = -Infinity;
  for (const [index, entry] of segments.entries()) {
    const bytes = await source(index);
    if (!bytes) {
      throw new UnreadableReplay(
        `This file is cut short: it holds ${index} of ${segments.length} parts. ` +
          "Download or export it again.",
      );
    }
    const intact = await matches(bytes, entry);
    const lines = intact === false ? null : await inflater.inflate(bytes, entry.expandedBytes).catch(() => null);
    if (lines === null) {
      app.info.setVerdict("damaged");
      throw new UnreadableReplay(
        `Part ${index + 1} of ${segments.length} of this file is damaged. ` +
          "Download or export it again.",
      );
    }
    verified = verified && intact;
    const events = await recording.add(lines, breathe);
    app.stage.add(events);
    const rest = segments.slice(index + 1).map(({ firstMs }) => firstMs);
    app.playback.loaded(rest.length ? Math.min(...rest) - manifest.startMs : Infinity);
    if (rest.length === 0 || performance.now() - drawn > REDRAW_MS) {
      app.load();
      drawn = performance.now();
    }
    ready();
  }
  if (recording.windowIds.length === 0) {
    throw new UnreadableReplay("This recording is empty: it holds no events.");
  }
  app.info.setVerdict(verified === null ? "unchecked" : "intact");
  app.info.setSkipped(recording.skipped);
}

function breather(): () => Promise<void> {
  let since = performance.now();
  const channel = new MessageChannel();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    // A message comes back sooner than a timer, which browsers slow down when nested.
    await new Promise<void>((resolve) => {
      channel.port1.onmessage = () => resolve();
      channel.port2.postMessage(null);
    });
    since = performance.now();
  };
}
