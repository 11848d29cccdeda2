/** Says that a session goes on, and keeps to its newest moment for who wants that. */
import { h } from "./dom";
import type { LiveState } from "./live";
import type { Playback } from "./playback";

export interface LiveBadge {
  element: HTMLElement;
  show(state: LiveState): void;
}

/** What is said once, aloud and over the picture. */
export const LIVE_WORDS: Partial<Record<LiveState, string>> = {
  ended: "The session has ended",
  closed: "This link is closed now; nothing new comes",
  rewritten: "The recording was written anew; open the link again to see the rest",
};

const TITLES: Partial<Record<LiveState, string>> = {
  live: "The session goes on: what is new appears here by itself",
  waiting: "Nothing new for a while; if the session goes on, it appears here by itself",
};

export function liveBadge(playback: Playback): LiveBadge {
  const badge = h("span", { class: "live", testid: "live" });
  const follow = h(
    "button",
    {
      class: "button follow-newest",
      testid: "follow-newest",
      type: "button",
      title: "Keep to the newest moment (l)",
      on: { click: () => playback.follow(!playback.following) },
    },
    "Follow",
  );
  const showFollow = () =>
    follow.setAttribute("aria-pressed", String(playback.following));
  playback.onState(showFollow);
  showFollow();
  const element = h("div", { class: "live-state" }, badge, follow);
  return {
    element,
    show(state) {
      element.hidden = !(state in TITLES);
      if (element.hidden) return;
      badge.textContent = state === "live" ? "Live" : "Looking for more\u2026";
      badge.classList.toggle("waiting", state === "waiting");
      badge.title = TITLES[state] ?? "";
    },
  };
}
