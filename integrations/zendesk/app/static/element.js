/**
 * An element with properties, `data-` and `aria-` attributes and children. Texts become
 * text nodes: nothing that a recording says can be markup.
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A button of the kind: primary, or plain. */
export function button(text, onclick, properties = {}) {
  return element("button", { type: "button", className: "button", onclick, ...properties }, text);
}

/** A link to a page of its own. */
export function link(text, href, className = "") {
  return element("a", { href, className, target: "_blank", rel: "noopener noreferrer" }, text);
}
