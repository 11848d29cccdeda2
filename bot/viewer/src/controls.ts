/** The buttons under the timeline. What they do is in playback.ts. */
import { h, icon, iconButton } from "./dom";
import type { Manifest } from "./payload";
import { type Playback, SPEEDS } from "./playback";
import { recall, remember } from "./preferences";
import { clockText } from "./timeline";

/** The invitation over the picture; gone for good once somebody plays or seeks. */
export function bigPlay(playback: Playback): HTMLElement {
  const button = iconButton("play", "Play", () => playback.play(), { class: "big-play" });
  playback.onTime(() => button.remove());
  playback.onState(() => {
    if (playback.playing) button.remove();
  });
  return button;
}

/** Play, steps, clock, idle time, speed and the link to this moment. */
export function controls(manifest: Manifest, playback: Playback, copyLink: () => void): HTMLElement {
  const play = iconButton("play", "Play", () => playback.toggle(), {
    class: "play",
    testid: "play",
    title: "Play or pause (space)",
  });
  const step = (name: "back" | "forward", label: string, byMs: number) =>
    iconButton(name, label, () => playback.seek(playback.atMs + byMs), { class: "step" });
  const now = h("span", { class: "clock", testid: "clock" });
  const skip = h(
    "button",
    {
      class: "toggle",
      testid: "skip-idle",
      type: "button",
      title: "Skip the time in which nothing happens (s)",
      on: { click: () => playback.setSkipsIdle(!playback.skipsIdle) },
    },
    icon("skip"),
    "Skip idle",
  );
  const speeds = h(
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
  const total = clockText(manifest.durationMs);
  const showTime = () => {
    const text = `${clockText(playback.atMs)} / ${total}`;
    if (now.textContent !== text) now.textContent = text;
  };
  const showState = () => {
    play.replaceChildren(icon(playback.playing ? "pause" : "play"));
    play.setAttribute("aria-label", playback.playing ? "Pause" : "Play");
    skip.setAttribute("aria-pressed", String(playback.skipsIdle));
    for (const button of speeds.querySelectorAll("button")) {
      const chosen = Number(button.dataset.speed) === playback.speed;
      button.setAttribute("aria-pressed", String(chosen));
    }
    remember("speed", String(playback.speed));
    remember("skip-idle", String(playback.skipsIdle));
  };
  playback.speed = SPEEDS.find((speed) => String(speed) === recall("speed")) ?? 1;
  playback.skipsIdle = recall("skip-idle") !== "false";
  playback.onTime(showTime);
  playback.onState(showState);
  showTime();
  showState();
  return h(
    "div",
    { class: "controls" },
    play,
    step("back", "Back 5 seconds (left arrow)", -5000),
    step("forward", "Forward 5 seconds (right arrow)", 5000),
    now,
    h("span", { class: "spacer" }),
    skip,
    speeds,
    iconButton("link", "Copy a link to this moment (c)", copyLink, { testid: "copy-link" }),
  );
}
