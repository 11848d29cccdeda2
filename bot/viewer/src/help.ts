/** The help shown for `?`. */
import { h } from "./dom";

const KEYS: [string[], string][] = [
  [["Space"], "Play or pause"],
  [["\u2190", "\u2192"], "Five seconds back or forward"],
  [["e"], "Next error"],
  [["Shift", "e"], "Previous error"],
  [["<", ">"], "Slower or faster"],
  [["s"], "Skip idle time, or not"],
  [["c"], "Copy a link to this moment"],
  [["1", "2", "3", "4"], "Console, network, events, info"],
  [["/"], "Search in the open panel"],
  [["?"], "This help"],
];

export function helpDialog(): HTMLDialogElement {
  const dialog = h(
    "dialog",
    { class: "help", attrs: { "aria-label": "Help" } },
    h("h2", {}, "Keyboard"),
    h(
      "dl",
      { class: "keys" },
      ...KEYS.flatMap(([keys, meaning]) => [
        h("dt", {}, ...keys.map((key) => h("kbd", {}, key))),
        h("dd", {}, meaning),
      ]),
    ),
    h(
      "p",
      {},
      "Nothing on the recorded page is fetched anew: grey boxes stand for pictures that " +
        "the recorder did not keep.",
    ),
    h(
      "form",
      { attrs: { method: "dialog" } },
      h("button", { class: "button primary", type: "submit" }, "Close"),
    ),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}
