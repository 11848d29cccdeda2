/** The buttons under the timeline. What they do is in playback.ts and app.ts. */
import { h, icon, iconButton } from "./dom";
import { STEP_MS } from "./keyboard";
import type { Manifest } from "./payload";
import { type Playback, SPEEDS } from "./playback";
import { recall, remember } from "./preferences";
import { clockText } from "./timeline";

export interface ControlActions {
  toEvent: (direction: 1 | -1) => void;
  toError: (direction: 1 | -1) => void;
  toggleActualSize: () => void;
  toggleTheatre: () => void;
  copyLink: () => void;
}

/** The invitation over the picture; gone for good once somebody plays or seeks. */
export function bigPlay(playback: Playback): HTMLElement {
  const button = iconButton("play", "Play", () => playback.play(), {
    class: "big-play",
    // The play button under the timeline is the one for keyboards and screen readers.
    attrs: { tabindex: "-1", "aria-hidden": "true" },
  });
  playback.onTime(() => button.remove());
  playback.onState(() => {
    if (playback.playing) button.remove();
  });
  return button;
}

/** Play, steps, clock, idle time, speed, size and the link to this moment. */
export function controls(
  manifest: Manifest,
  playback: Playback,
  actions: ControlActions,
): HTMLElement {
  const play = iconButton("play", "Play", () => playback.toggle(), {
    class: "play",
    testid: "play",
    title: "Play or pause (space)",
  });
  const seekBy = (byMs: number) => () => playback.seek(playback.atMs + byMs);
  const now = h("span", { class: "clock", testid: "clock" });
  const skip = h(
    "button",
    {
      class: "toggle",
      testid: "skip-idle",
      type: "button",
      title: "Skip the time in which nothing happens (s)",
      attrs: { "aria-label": "Skip idle" },
      on: { click: () => playback.setSkipsIdle(!playback.skipsIdle) },
    },
    icon("skip"),
    h("span", {}, "Skip idle"),
  );
  const speeds = speedButtons(playback);
  const speedMenu = speedSelect(playback);
  const showTime = () => {
    const text = `${clockText(playback.atMs)} / ${clockText(manifest.durationMs)}`;
    if (now.textContent !== text) now.textContent = text;
  };
  let drawnPlaying: boolean | null = null;
  const showState = () => {
    if (drawnPlaying !== playback.playing) {
      drawnPlaying = playback.playing;
      play.replaceChildren(icon(playback.playing ? "pause" : "play"));
      play.setAttribute("aria-label", playback.playing ? "Pause" : "Play");
    }
    skip.setAttribute("aria-pressed", String(playback.skipsIdle));
    for (const button of speeds.querySelectorAll("button")) {
      const chosen = Number(button.dataset.speed) === playback.speed;
      button.setAttribute("aria-pressed", String(chosen));
    }
    speedMenu.value = String(playback.speed);
    remember("speed", String(playback.speed));
    remember("skip-idle", String(playback.skipsIdle));
  };
  playback.speed = SPEEDS.find((speed) => String(speed) === recall("speed")) ?? 1;
  playback.skipsIdle = recall("skip-idle") !== "false";
  playback.onTime(showTime);
  playback.onState(showState);
  showTime();
  showState();
  const size = iconButton("actual", "Actual size (z)", actions.toggleActualSize, {
    testid: "actual-size",
    attrs: { "aria-pressed": "false" },
  });
  return h(
    "div",
    { class: "controls", attrs: { role: "group", "aria-label": "Player controls" } },
    play,
    h(
      "div",
      { class: "steps" },
      iconButton("back", "Back 5 seconds (left arrow)", seekBy(-STEP_MS)),
      iconButton("forward", "Forward 5 seconds (right arrow)", seekBy(STEP_MS)),
      iconButton("previousEvent", "Event before (,)", () => actions.toEvent(-1), {
        testid: "previous-event",
      }),
      iconButton("nextEvent", "Next event (.)", () => actions.toEvent(1), {
        testid: "next-event",
      }),
      iconButton("nextError", "Next error (e)", () => actions.toError(1), {
        class: "to-error",
        testid: "next-error",
      }),
    ),
    now,
    h("span", { class: "spacer" }),
    skip,
    speeds,
    speedMenu,
    size,
    iconButton("full", "Full screen (f)", actions.toggleTheatre, { testid: "full-screen" }),
    iconButton("link", "Copy a link to this moment (c)", actions.copyLink, {
      testid: "copy-link",
    }),
  );
}

function speedButtons(playback: Playback): HTMLElement {
  return h(
    "div",
    { class: "speeds", attrs: { role: "group", "aria-label": "Speed" } },
    ...SPEEDS.map((speed) =>
      h(
        "button",
        {
          type: "button",
          attrs: { "data-speed": String(speed) },
          on: { click: () => playback.setSpeed(speed) },
        },
        `${speed}x`,
      ),
    ),
  );
}

/** The same choice where there is no room for six buttons. */
function speedSelect(playback: Playback): HTMLSelectElement {
  const select = h(
    "select",
    { class: "speed-menu", testid: "speed-menu", attrs: { "aria-label": "Speed" } },
    ...SPEEDS.map((speed) => h("option", { attrs: { value: String(speed) } }, `${speed}x`)),
  );
  select.addEventListener("change", () => playback.setSpeed(Number(select.value)));
  return select;
}
