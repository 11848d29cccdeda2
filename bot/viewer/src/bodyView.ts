/** A request's or response's body: laid out as what it is, or as it was sent. */
import { copyButton } from "./copying";
import { longText, pairs } from "./details";
import { h } from "./dom";
import { parse } from "./json";
import { jsonView } from "./jsonView";

/** Past this, laying out costs more patience than it saves. */
const LAID_OUT_CHARS = 5_000_000;
/** Nor is longer text looked through for a form that does not say it is one. */
const FORM_CHARS = 50_000;
const FORM = /^[\w.*+%~[\]-]+=[^&\s]*(&[\w.*+%~[\]-]+=[^&\s]*)*$/;

/** The body with a choice between laid out and raw, where there are both. */
export function bodyView(text: string, contentType: string): HTMLElement {
  const laidOut = text.length > LAID_OUT_CHARS ? null : layOut(text, contentType);
  const raw = () => longText(text);
  const holder = h("div", { class: "body" }, laidOut ?? raw());
  const bar = h("div", { class: "actions" }, copyButton("Copy body", () => text));
  if (laidOut) {
    const toggle = h("button", { class: "small-button", type: "button" }, "Raw");
    toggle.setAttribute("aria-pressed", "false");
    toggle.addEventListener("click", () => {
      const isRaw = toggle.getAttribute("aria-pressed") === "false";
      toggle.setAttribute("aria-pressed", String(isRaw));
      holder.replaceChildren(isRaw ? raw() : laidOut);
    });
    bar.prepend(toggle);
  }
  return h("div", {}, bar, holder);
}

function layOut(text: string, contentType: string): HTMLElement | null {
  if (/^\s*[[{]/.test(text)) {
    const value = parse(text);
    if (value !== undefined) return jsonView(value);
  }
  const isForm = contentType
    ? contentType.includes("x-www-form-urlencoded")
    : text.length < FORM_CHARS && FORM.test(text);
  if (isForm) {
    return pairs([...new URLSearchParams(text)]);
  }
  return null;
}
