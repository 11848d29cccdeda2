/**
 * Recorded canvases as pictures. In a frame without scripts browsers draw no canvas: they
 * lay out what stands inside it. Drawing it all the same would need UNSAFE_replayCanvas,
 * which lets the recorded page's scripts run. So each canvas is given its size and last
 * frame as CSS content, with which it is laid out and fitted like the canvas it was.
 */
import { type JsonObject, list, number, object, text } from "./json";
import { type RrwebEvent, attributeChange } from "./rrweb";

/** What a canvas is without width and height: HTML's own numbers. */
const DEFAULT_SIZE = { width: 300, height: 150 };

interface Canvas {
  width: number;
  height: number;
  /** The last frame as a data URL, or null for a blank canvas. */
  frame: string | null;
}

/** The canvases of one window, told about everything in order. */
export class Canvases {
  private readonly canvases = new Map<number, Canvas>();

  /** Forgets everything: a full snapshot starts a new document. */
  clear(): void {
    this.canvases.clear();
  }

  /** Makes the attributes of a canvas that is about to be built show what was on it. */
  build(id: number, attributes: JsonObject): void {
    const snapshot = text(attributes.rr_dataURL);
    delete attributes.rr_dataURL;
    this.canvases.set(id, {
      width: dimension(attributes.width) ?? DEFAULT_SIZE.width,
      height: dimension(attributes.height) ?? DEFAULT_SIZE.height,
      frame: snapshot !== null && isFrame(snapshot) ? snapshot : null,
    });
    this.restyle(id, attributes);
  }

  /** Keeps the picture through a change of attributes; of other elements too. */
  change(id: number, attributes: JsonObject): void {
    const canvas = this.canvases.get(id);
    if (!canvas) return;
    const width = dimension(attributes.width);
    const height = dimension(attributes.height);
    if (width !== null || height !== null) {
      canvas.width = width ?? canvas.width;
      canvas.height = height ?? canvas.height;
      // Browsers clear a canvas that is given a size.
      canvas.frame = null;
    }
    const { style } = attributes;
    if (typeof style === "object" && style !== null) delete object(style).content;
    const resized = width !== null || height !== null;
    if (resized || style === null || typeof style === "string") this.restyle(id, attributes);
  }

  /** The events to replay in place of one that draws on a canvas. */
  draw(event: RrwebEvent): RrwebEvent[] {
    const id = number(event.data.id) ?? -1;
    const canvas = this.canvases.get(id);
    const frame = list(event.data.commands)
      .map((command) => pictureIn(object(command).args))
      .findLast((picture) => picture !== null);
    if (!canvas || !frame) return [];
    canvas.frame = frame;
    const style = { content: [contentOf(canvas), "important"] };
    return [attributeChange(id, { style }, event.timestamp)];
  }

  private restyle(id: number, attributes: JsonObject): void {
    const canvas = this.canvases.get(id);
    if (!canvas) return;
    const content = contentOf(canvas);
    const { style } = attributes;
    if (typeof style === "object" && style !== null) {
      object(style).content = [content, "important"];
    } else {
      attributes.style = `${text(style) ?? ""};content:${content} !important`;
    }
  }
}

/** The canvas as CSS content: as large as the canvas, the frame stretched over it. */
function contentOf({ width, height, frame }: Canvas): string {
  const size = `width='${width}' height='${height}'`;
  // Recorders send frames smaller than the canvas.
  const image = frame ? `<image href='${frame}' ${size} preserveAspectRatio='none'/>` : "";
  const svg =
    `<svg xmlns='http://www.w3.org/2000/svg' ${size} viewBox='0 0 ${width} ${height}'` +
    ` preserveAspectRatio='none'>${image}</svg>`;
  return `url("data:image/svg+xml,${svg.replace(/</g, "%3C").replace(/>/g, "%3E")}")`;
}

function dimension(value: unknown): number | null {
  const digits = /^\s*\+?(\d{1,5})/.exec(typeof value === "number" ? `${value}` : (text(value) ?? ""));
  return digits ? Number(digits[1]) : null;
}

function isFrame(url: string): boolean {
  return /^data:image\/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/=]+$/.test(url);
}

function pictureIn(args: unknown): string | null {
  for (const entry of list(args)) {
    const arg = object(entry);
    if (arg.rr_type === "Blob") {
      const base64 = text(object(list(arg.data)[0]).base64) ?? "";
      const url = `data:${text(arg.type) ?? ""};base64,${base64}`;
      if (isFrame(url)) return url;
    }
    const nested = pictureIn(arg.args);
    if (nested) return nested;
  }
  return null;
}
