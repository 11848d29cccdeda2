/** The help shown for `?`: every key that keyboard.ts knows, and what marks mean. */
import { h } from "./dom";
import type { Binding, BindingGroup } from "./keyboard";
import { shape } from "./marks";
import type { MarkKind } from "./payload";
import { MARK_NAMES } from "./steps";

const SHAPED: MarkKind[] = ["console_error", "exception", "network_failure", "rage_click"];

export function helpDialog(groups: readonly BindingGroup[]): HTMLDialogElement {
  const dialog = h(
    "dialog",
    { class: "help", testid: "help", attrs: { "aria-labelledby": "help-title" } },
    h("h2", { attrs: { id: "help-title" } }, "Keyboard"),
    h(
      "div",
      { class: "key-groups" },
      ...groups.map(({ title, bindings }) =>
        h(
          "section",
          {},
          h("h3", {}, title),
          h("dl", { class: "keys" }, ...bindings.flatMap(keyLine)),
        ),
      ),
    ),
    h("h3", {}, "On the timeline"),
    h(
      "ul",
      { class: "legend" },
      ...SHAPED.map((kind) =>
        h("li", {}, h("i", { class: `kind-${kind}` }, shape(kind)), MARK_NAMES[kind]),
      ),
      h("li", {}, h("i", { class: "idle" }), "Idle time"),
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

function keyLine({ keys, shown, meaning }: Binding): HTMLElement[] {
  return [
    h("dt", {}, ...(shown ?? Object.keys(keys)).map((key) => h("kbd", {}, key))),
    h("dd", {}, meaning),
  ];
}
