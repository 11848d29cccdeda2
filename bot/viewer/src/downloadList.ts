/** The buttons that save the recording in other formats; downloads.ts writes them. */
import { h, iconButton } from "./dom";
import { FORMATS, type Format } from "./downloads";
import type { PanelContext } from "./panel";
import { rawEvents } from "./rawLines";

const SAID_MS = 3000;
const SAFE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

/** One button for each format, which says how far it is while it works. */
export function downloadList(context: PanelContext): HTMLElement {
  return h(
    "ul",
    { class: "downloads" },
    ...FORMATS.map((format) => h("li", {}, downloadButton(format, context))),
  );
}

/** A small button that saves the format called `name`. */
export function saveButton(name: string, context: PanelContext): HTMLElement {
  const format = FORMATS.find((one) => one.name === name) as Format;
  const label = `Save as ${format.label}`;
  const button = iconButton("download", label, () => start());
  const start = once(format, context, (sentence) => (button.title = sentence ?? label));
  return button;
}

function downloadButton(format: Format, context: PanelContext): HTMLElement {
  const hint = h("span", { class: "hint", attrs: { role: "status" } }, format.hint);
  const start = once(format, context, (sentence) => {
    hint.textContent = sentence ?? format.hint;
  });
  return h(
    "button",
    { class: "download", type: "button", on: { click: start } },
    h("span", { class: "name" }, format.label),
    hint,
  );
}

/** Saves the format, not twice at a time; `say` hears how it goes, and null in the end. */
function once(
  format: Format,
  context: PanelContext,
  say: (sentence: string | null) => void,
): () => Promise<void> {
  let busy = false;
  return async () => {
    if (busy) return;
    busy = true;
    try {
      await save(format, context, say);
      say("Saved");
    } catch (reason) {
      say(reason instanceof Error ? reason.message : String(reason));
    }
    busy = false;
    setTimeout(() => busy || say(null), SAID_MS);
  };
}

async function save(
  format: Format,
  { manifest, lines }: PanelContext,
  say: (sentence: string) => void,
): Promise<void> {
  const of = manifest.segments.length;
  const events = rawEvents(lines(), (number) => say(`Reading part ${number} of ${of}...`));
  const blob = new Blob(await format.write(events, manifest), { type: format.type });
  const id = manifest.recordingId ?? "";
  const address = URL.createObjectURL(blob);
  h("a", {
    attrs: { href: address, download: (SAFE_NAME.test(id) ? id : "recording") + format.ending },
  }).click();
  // The browser reads the blob after the click; how much later, no event tells.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
