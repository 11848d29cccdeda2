/** The tabs over the panels. */
import { h } from "./dom";
import type { Panel } from "./panel";
import type { Manifest } from "./payload";

export interface Tabs {
  element: HTMLElement;
  /** Has every panel read the recording again. */
  load(): void;
  show(index: number): void;
}

/** The panels behind their tabs, with a count on each. */
export function panelTabs(panels: Panel[], manifest: Manifest): Tabs {
  const counts = panels.map(() => h("span", { class: "count" }));
  // How many of them went wrong, beside how many there are.
  const alarms = panels.map(() => h("span", { class: "count alarm" }));
  const buttons = panels.map((panel, index) =>
    h(
      "button",
      {
        class: "tab",
        testid: `tab-${panel.name}`,
        type: "button",
        attrs: { role: "tab" },
        on: { click: () => show(index) },
      },
      panel.label,
      counts[index],
      alarms[index],
    ),
  );
  const show = (chosen: number) => {
    panels.forEach((panel, index) => {
      panel.element.hidden = index !== chosen;
      buttons[index]?.setAttribute("aria-selected", String(index === chosen));
    });
    panels[chosen]?.shown();
  };
  // What went wrong is what people open a replay for: start where it shows.
  const { console: levels, networkFailing } = manifest.counts;
  show(levels.error || !networkFailing ? 0 : 1);
  return {
    element: h(
      "div",
      { class: "tabbed" },
      h("div", { class: "tabs", attrs: { role: "tablist" } }, ...buttons),
      ...panels.map((panel) => panel.element),
    ),
    show: (index) => {
      if (index < panels.length) show(index);
    },
    load() {
      panels.forEach((panel, index) => {
        panel.load();
        const count = panel.count();
        const badge = counts[index];
        if (!badge) return;
        badge.textContent = count === null ? "" : String(count);
        const wrong = panel.alarms().length;
        const alarm = alarms[index];
        if (alarm) alarm.textContent = wrong ? String(wrong) : "";
      });
    },
  };
}
