/** Buttons that put text on the clipboard and say so. */
import { h } from "./dom";

const SAID_MS = 1600;

/** Puts `text` on the clipboard; false where the browser does not let a page do that. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** A button that copies what `text` gives when it is pressed. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const words = h("span", { attrs: { "aria-live": "polite" } }, label);
  let timer = 0;
  const copy = async () => {
    words.textContent = (await copyText(text())) ? "Copied" : "Not allowed here";
    clearTimeout(timer);
    timer = window.setTimeout(() => (words.textContent = label), SAID_MS);
  };
  return h("button", { class: "small-button", type: "button", on: { click: copy } }, words);
}

// Pages from plain http have no clipboard of the new kind.
function copyBySelection(text: string): boolean {
  const field = h("textarea", { class: "copied" });
  field.value = text;
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}
