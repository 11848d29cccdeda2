/** The tabs over the panels. */
import { h } from "./dom";
import type { Panel } from "./panel";
import type { Manifest } from "./payload";

export interface Tabs {
  element: HTMLElement;
  /** Has every panel read the recording again. */
  load(): void;
  show(index: number): void;
  /** Shows the panel called `name` and locks the others: they have nothing to show. */
  only(name: Panel["name"]): void;
}

/** The panels behind their tabs, with a count on each. */
export function panelTabs(panels: Panel[], manifest: Manifest): Tabs {
  const counts = panels.map(() => h("span", { class: "count" }));
  // How many of them went wrong, beside how many there are.
  const alarms = panels.map(() => h("span", { class: "count alarm" }));
  const buttons = panels.map((panel, index) => {
    panel.element.id = `panel-${panel.name}`;
    panel.element.setAttribute("role", "tabpanel");
    panel.element.setAttribute("aria-labelledby", `tab-${panel.name}`);
    return h(
      "button",
      {
        class: "tab",
        testid: `tab-${panel.name}`,
        type: "button",
        attrs: { role: "tab", id: `tab-${panel.name}`, "aria-controls": panel.element.id },
        on: { click: () => show(index) },
      },
      panel.label,
      // Apart for those who hear the name: "Console 15 12", not "Console1512".
      " ",
      counts[index],
      " ",
      alarms[index],
    );
  });
  const show = (chosen: number) => {
    panels.forEach((panel, index) => {
      const button = buttons[index];
      panel.element.hidden = index !== chosen;
      button?.setAttribute("aria-selected", String(index === chosen));
      if (button) button.tabIndex = index === chosen ? 0 : -1;
    });
    panels[chosen]?.shown();
  };
  const list = h(
    "div",
    { class: "tabs", attrs: { role: "tablist", "aria-label": "Panels" } },
    ...buttons,
  );
  list.addEventListener("keydown", (event) => {
    const open = buttons.filter((button) => !button.disabled);
    const here = open.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: open.length - 1 };
    const wanted = to[event.key as keyof typeof to];
    if (here < 0 || wanted === undefined) return;
    event.preventDefault();
    const next = open[(wanted + open.length) % open.length];
    next?.click();
    next?.focus();
  });
  // What went wrong is what people open a replay for: start where it shows.
  const { console: levels, networkFailing } = manifest.counts;
  show(levels.error || !networkFailing ? 0 : 1);
  const loadOne = (panel: Panel, index: number) => {
    panel.load();
    const count = panel.count();
    const badge = counts[index];
    const alarm = alarms[index];
    if (!badge || !alarm) return;
    badge.textContent = count === null ? "" : String(count);
    const wrong = panel.alarms().length;
    alarm.textContent = wrong ? String(wrong) : "";
    alarm.title = wrong ? `${wrong} of them went wrong` : "";
  };
  return {
    element: h(
      "div",
      { class: "tabbed" },
      list,
      ...panels.map((panel) => panel.element),
    ),
    show: (index) => {
      if (buttons[index] && !buttons[index].disabled) show(index);
    },
    only(name) {
      panels.forEach((panel, index) => {
        const button = buttons[index];
        if (button) button.disabled = panel.name !== name;
        if (panel.name === name) show(index);
      });
    },
    load() {
      // Each in a task of its own: together they can hold up the page.
      panels.forEach((panel, index) => setTimeout(() => loadOne(panel, index)));
    },
  };
}
