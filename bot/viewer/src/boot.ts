/**
 * Unpacks the viewer, which the page carries compressed, and starts it. Carried as it
 * is, it would be most of many a replay. The page's policy names the unpacked script by
 * its hash, so nothing else can be started this way.
 */
import { bytesOfText } from "./bytes";
import { UnreadableReplay } from "./payload";

const TOO_OLD =
  "This browser is too old to play the replay. Open it in a current Chrome, Edge, Firefox or Safari.";
const DAMAGED = "This file is damaged: its viewer cannot be read. Ask for it to be exported again.";

async function boot(): Promise<void> {
  const packed = document.getElementById("replay-viewer");
  const stream = new Blob([bytesOfText(packed?.textContent ?? "")])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const viewer = (await new Response(stream).json()) as { style: string; script: string };
  put("style", viewer.style);
  put("script", viewer.script);
}

function put(tag: "style" | "script", text: string): void {
  const element = document.createElement(tag);
  element.textContent = text;
  document.head.append(element);
}

function sentence(reason: unknown): string {
  if (typeof DecompressionStream === "undefined") return TOO_OLD;
  return reason instanceof UnreadableReplay ? reason.message : DAMAGED;
}

boot().catch((reason: unknown) => {
  const words = document.createElement("p");
  words.className = "early";
  words.dataset.testid = "error";
  words.setAttribute("role", "alert");
  words.textContent = sentence(reason);
  document.getElementById("app")?.replaceChildren(words);
  document.documentElement.dataset.state = "error";
});
