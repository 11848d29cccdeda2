// Puts the server's HTML in place, part by part. What did not change stays as it is:
// its focus, its open menus, and where the reader had scrolled to.

import { localise } from "./dates.js";
import { keepFields, restoreFields } from "./fields.js";

const drawn = new Map();
const served = new WeakMap();

function scrolls(part) {
  return part.matches(".scroll, .thread-scroll");
}

export function scrollToEnd(root = document) {
  for (const part of root.querySelectorAll(".scroll, .thread-scroll")) {
    part.scrollTop = part.querySelector(".home") ? 0 : part.scrollHeight;
  }
}

// Pictures that arrive late push nothing out of sight for who reads at the end.
const ends = new WeakMap();
document.addEventListener("scroll", ({ target: part }) => {
  if (part !== document && scrolls(part)) ends.set(part, isAtEnd(part));
}, true);
document.addEventListener("load", ({ target: picture }) => {
  const part = picture.closest?.(".scroll, .thread-scroll");
  if (part && ends.get(part)) part.scrollTop = part.scrollHeight;
}, true);

function isAtEnd(part) {
  return part.scrollHeight - part.scrollTop - part.clientHeight < 80;
}

export function forgetParts() {
  drawn.clear();
}

export function put(name, html) {
  if (drawn.get(name) === html) return;
  drawn.set(name, html);
  const part = document.querySelector(`[data-part=${name}]`);
  const top = part.scrollTop;
  const atEnd = scrolls(part) && isAtEnd(part);
  keepFields(part);
  const focused = focusIn(part);
  swapChildren(part, html);
  restoreFields(part);
  focused();
  if (!scrolls(part)) return;
  part.scrollTop = atEnd && !part.querySelector(".home") ? part.scrollHeight : top;
}

// Children that were served before stay; the others are put where they belong.
function swapChildren(part, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const before = new Map();
  for (const child of part.children) {
    const key = served.get(child);
    if (key !== undefined) before.set(key, [...(before.get(key) ?? []), child]);
  }
  const after = [...template.content.children].map((fresh) => {
    const key = fresh.outerHTML;
    const kept = before.get(key)?.shift();
    if (kept) return kept;
    served.set(fresh, key);
    localise(fresh);
    return fresh;
  });
  const staying = new Set(after);
  for (const child of [...part.childNodes]) if (!staying.has(child)) child.remove();
  let at = part.firstElementChild;
  for (const child of after) {
    if (child === at) at = at.nextElementSibling;
    else part.insertBefore(child, at);
  }
}

// A field that is drawn anew gets the focus, the caret and the modal's place back.
function focusIn(part) {
  const field = part.contains(document.activeElement) ? document.activeElement : null;
  const scrolled = part.querySelector(".modal-body")?.scrollTop;
  const view = part.querySelector("[data-view]")?.dataset.view;
  const block = field?.closest("[data-block]")?.dataset.block;
  const caret = field && "selectionStart" in field
    ? [field.selectionStart, field.selectionEnd]
    : null;
  return () => {
    const modal = part.querySelector(".modal");
    if (modal && modal.dataset.view !== view) {
      const first = modal.querySelector(".input :is(input, select, textarea)") ??
        modal.querySelector("footer .button:last-child");
      first?.focus({ preventScroll: true });
      return;
    }
    const body = part.querySelector(".modal-body");
    if (body && scrolled !== undefined) body.scrollTop = scrolled;
    modal?.querySelector(".wrong")?.scrollIntoView({ block: "nearest" });
    if (!field || field.isConnected) return;
    const again = [...part.querySelectorAll("[data-action-id]")].find((each) =>
      each.dataset.actionId === field.dataset.actionId &&
      each.closest("[data-block]")?.dataset.block === block);
    again?.focus({ preventScroll: true });
    if (caret?.[0] != null && again?.setSelectionRange) again.setSelectionRange(...caret);
  };
}
