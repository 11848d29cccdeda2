/**
 * Making elements. Text only ever arrives as text nodes and attributes, so nothing from
 * a recording can become markup.
 */

type Child = Node | string | null | undefined | false;

interface Props {
  class?: string;
  testid?: string;
  title?: string;
  type?: string;
  on?: Partial<{ [name in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[name]) => void }>;
  /** Any other attribute; null leaves it out. */
  attrs?: Record<string, string | null>;
}

/** An element with its properties and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (props.class) element.className = props.class;
  if (props.testid) element.dataset.testid = props.testid;
  if (props.title) element.title = props.title;
  if (props.type) element.setAttribute("type", props.type);
  for (const [name, value] of Object.entries(props.attrs ?? {})) {
    if (value !== null) element.setAttribute(name, value);
  }
  for (const [name, listener] of Object.entries(props.on ?? {})) {
    element.addEventListener(name, listener as EventListener);
  }
  for (const child of children) {
    if (child) element.append(child);
  }
  return element;
}

/** A labelled button showing an icon. */
export function iconButton(
  name: IconName,
  label: string,
  onClick: () => void,
  extra: Props = {},
): HTMLButtonElement {
  const button = h(
    "button",
    {
      ...extra,
      class: `icon-button ${extra.class ?? ""}`.trim(),
      type: "button",
      title: extra.title ?? label,
      on: { click: onClick },
      attrs: { "aria-label": label, ...extra.attrs },
    },
    icon(name),
  );
  return button;
}

const ICONS = {
  play: "M5 3.2v9.6l8-4.8z",
  pause: "M4.5 3h2.5v10h-2.5zM9 3h2.5v10h-2.5z",
  back: "M8 3.5V1.2L4.4 4 8 6.8V4.7a4.2 4.2 0 1 1-4.2 4.2H2.6A5.4 5.4 0 1 0 8 3.5z",
  forward: "M8 3.5V1.2L11.6 4 8 6.8V4.7a4.2 4.2 0 1 0 4.2 4.2h1.2A5.4 5.4 0 1 1 8 3.5z",
  link: "M6.6 9.4a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8.8.8.8-.7a1.5 1.5 0 0 1 2.1 2.1l-2 2a1.5 1.5 0 0 1-2.1 0zm2.8-2.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8-.8-.8-.8.7a1.5 1.5 0 0 1-2.1-2.1l2-2a1.5 1.5 0 0 1 2.1 0z",
  theme: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zm0 1.3v9.8a4.9 4.9 0 0 1 0-9.8z",
  help: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zm0 1.2a5 5 0 1 1 0 10A5 5 0 0 1 8 3zm-.6 8.1h1.3v-1.3H7.400zm.1-2.100h1.100c0-1.300 1.700-1.400 1.700-3.100C10.300 4.700 9.300 4 8 4S5.800 4.800 5.700 6.100h1.200C6.900 5.400 7.400 5 8 5s1.100.4 1.100.9c0 1-1.600 1.300-1.600 3.100z",
  chevron: "M6 3.800 5.100 4.700 8.400 8l-3.300 3.300.9.9L10.200 8z",
  download: "M7.400 2h1.200v6l2.200-2.200.9.9L8 10.300 4.300 6.700l.9-.9L7.400 8zM3 12h10v1.300H3z",
  lock: "M4.600 7V5.200a3.400 3.400 0 0 1 6.800 0V7h.800a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H3.800a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zm1.300 0h4.200V5.200a2.100 2.100 0 0 0-4.200 0z",
  alert: "M8 1.900 14.600 13.500H1.400zM8 4.500 3.600 12.200h8.800zM7.400 6.800h1.200v2.800H7.400zm0 3.400h1.200v1.100H7.400z",
  close: "m4.200 3.300 3.800 3.800 3.800-3.800.9.9L8.900 8l3.800 3.800-.9.9L8 8.900l-3.800 3.800-.9-.9L7.100 8 3.300 4.200z",
  skip: "M2.500 3.500 8 8l-5.500 4.500zM8.500 3.500 14 8l-5.500 4.500z",
  previousEvent: "M13 3.500 6.500 8 13 12.500zM5.500 3.500H4v9h1.500z",
  nextEvent: "M3 3.500 9.500 8 3 12.500zM10.500 3.500H12v9h-1.500z",
  nextError: "M6.500 3.200 12 12.800H1zM12.500 3.500H14v9h-1.500z",
  full: "M2.500 6.500v-4h4v1.400H3.900v2.600zm7-4h4v4h-1.400V3.900H9.500zm4 7v4h-4v-1.400h2.600V9.500zm-7 4h-4v-4h1.400v2.600h2.600z",
  actual: "M3.500 5.200 5.100 4h1.100v8H4.800V5.700l-1.300.9zm4 1.300h1.300v1.300H7.500zm0 3h1.300v1.300H7.500zm3-4.300L12.100 4h1.100v8h-1.400V5.700l-1.300.9z",
  follow: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zm0 1.300a4.200 4.200 0 1 1 0 8.400 4.200 4.200 0 0 1 0-8.400zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
} as const;

export type IconName = keyof typeof ICONS;

/** One of the viewer's own icons, 16 by 16, in the text's colour. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill", "currentColor");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}
