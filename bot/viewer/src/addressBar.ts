/** The recorded page's address, and the windows to choose from where there are several. */
import { h, icon } from "./dom";
import type { EventRow } from "./eventRows";
import type { Manifest } from "./payload";
import type { Playback } from "./playback";
import type { Recording } from "./recording";
import { windowNames } from "./windowNames";

/** The address that the window shown is at. */
export function addressLine(
  manifest: Manifest,
  recording: Recording,
  playback: Playback,
): HTMLElement {
  const address = h("span", { class: "address", testid: "address" });
  const show = () => {
    const { windowId, atMs, loadedMs } = playback;
    // The manifest knows pages that are not read yet, but not in which window they were.
    const ahead = atMs > loadedMs && manifest.windows.length < 2;
    const url = ahead
      ? (manifest.pages.findLast((page) => page.atMs <= atMs)?.url ?? "")
      : windowId === null
        ? ""
        : urlAt(recording.pages, windowId, atMs);
    if (address.textContent === url) return;
    address.textContent = url;
    address.title = url;
  };
  playback.onTime(show);
  playback.onState(show);
  return address;
}

/**
 * A button for each window, named by its page, and one to follow whichever is in use.
 * Choosing a window stays on it; following is how it starts.
 */
export function windowTabs(
  manifest: Manifest,
  recording: Recording,
  playback: Playback,
): HTMLElement {
  const element = h("div", {
    class: "windows",
    testid: "windows",
    attrs: { role: "group", "aria-label": "Windows of the recording" },
  });
  let drawn = "";
  const show = () => {
    const ids = manifest.windows;
    element.hidden = ids.length < 2;
    if (element.hidden) return;
    const { pages } = recording;
    const names = windowNames(ids.map((id) => urlAt(pages, id, playback.atMs)));
    const { windowId, windowInUse, pinnedWindow } = playback;
    const wanted = JSON.stringify([names, windowId, windowInUse, pinnedWindow]);
    if (wanted === drawn) return;
    drawn = wanted;
    const focused = [...element.children].indexOf(document.activeElement as Element);
    element.replaceChildren(
      ...ids.map((id, index) =>
        windowButton(names[index] ?? "", id === windowInUse, id === windowId, () =>
          playback.pin(id),
        ),
      ),
      followButton(pinnedWindow === null, () => playback.pin(null)),
    );
    (element.children[focused] as HTMLElement | undefined)?.focus();
  };
  playback.onTime(show);
  playback.onState(show);
  show();
  return element;
}

/** The window after the one pinned; after the last, following the one in use again. */
export function nextWindow({ windows: ids }: Manifest, playback: Playback): string | null {
  const { pinnedWindow } = playback;
  return ids[pinnedWindow === null ? 0 : ids.indexOf(pinnedWindow) + 1] ?? null;
}

function windowButton(
  name: string,
  inUse: boolean,
  shown: boolean,
  choose: () => void,
): HTMLElement {
  return h(
    "button",
    {
      class: `window${inUse ? " in-use" : ""}`,
      testid: "window",
      type: "button",
      title: inUse ? "In use now. Click to stay on it" : "Stay on this window",
      attrs: {
        "aria-pressed": String(shown),
        "aria-label": inUse ? `${name}, in use now` : name,
      },
      on: { click: choose },
    },
    h("i", { attrs: { "aria-hidden": "true" } }),
    h("span", {}, name),
  );
}

function followButton(following: boolean, follow: () => void): HTMLElement {
  return h(
    "button",
    {
      class: "window follow",
      testid: "follow-window",
      type: "button",
      title: "Show whichever window is in use (w)",
      attrs: { "aria-pressed": String(following) },
      on: { click: follow },
    },
    icon("follow"),
    following ? "Following" : "Follow",
  );
}

/** The address `windowId` is at, or will be first where it has none yet. */
function urlAt(pages: readonly EventRow[], windowId: string, atMs: number): string {
  const own = pages.filter((row) => row.windowId === windowId);
  return (own.findLast((row) => row.atMs <= atMs) ?? own[0])?.detail ?? "";
}
