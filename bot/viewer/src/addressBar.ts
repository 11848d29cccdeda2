/** The recorded page's address, and the windows to choose from where there are several. */
import { h } from "./dom";
import type { Playback } from "./playback";
import type { Recording } from "./recording";

export function addressBar(recording: Recording, playback: Playback): HTMLElement {
  const address = h("span", { class: "address", testid: "address" });
  const windows = h("div", { class: "windows" });
  let drawn = "";
  const show = () => {
    const pages = recording.pages;
    const page = pages.findLast(
      (row) => row.windowId === playback.windowId && row.atMs <= playback.atMs,
    );
    const url =
      page?.detail ?? pages.find((row) => row.windowId === playback.windowId)?.detail ?? "";
    if (address.textContent !== url) address.textContent = url;
    const ids = recording.windowIds;
    const wanted = `${ids.join(" ")}|${playback.windowId}|${playback.pinnedWindow}`;
    if (wanted === drawn) return;
    drawn = wanted;
    windows.hidden = ids.length < 2;
    windows.replaceChildren(
      ...ids.map((id, index) => {
        const front = id === playback.windowId;
        return h(
          "button",
          {
            class: "window",
            testid: "window",
            type: "button",
            title: "Stay on this window",
            attrs: { "aria-pressed": String(front) },
            on: { click: () => playback.pin(id) },
          },
          `Window ${index + 1}`,
        );
      }),
      h(
        "button",
        {
          class: "window follow",
          type: "button",
          title: "Show the window in use",
          attrs: { "aria-pressed": String(playback.pinnedWindow === null) },
          on: { click: () => playback.pin(null) },
        },
        "Follow",
      ),
    );
  };
  playback.onTime(show);
  playback.onState(show);
  return h("div", { class: "address-bar" }, address, windows);
}
