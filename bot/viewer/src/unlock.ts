/** The page before a locked replay: asks for the passphrase until one opens it. */
import { h, icon } from "./dom";
import { type Locked, type Unlocked, WrongPassphrase, checkLocked, openLocked } from "./locked";
import { keyInWorker } from "./passphraseKey";
import { UnreadableReplay } from "./payload";

/**
 * Shows the question in `root` and answers with the opened file. Rejects with
 * UnreadableReplay where no passphrase can help. Nothing of what is typed is kept.
 */
export async function unlock(root: HTMLElement, locked: Locked, script: string): Promise<Unlocked> {
  if (!globalThis.crypto?.subtle) {
    throw new UnreadableReplay(
      "This replay is locked, and this page cannot unlock it: browsers decrypt only in " +
        "files and over https. Download the file and open it from disk.",
    );
  }
  await checkLocked(locked);
  const { card, form, input, button, problem } = unlockCard();
  root.replaceChildren(card);
  input.focus();
  return new Promise((resolve, reject) => {
    let busy = false;
    const say = (sentence: string) => {
      problem.textContent = sentence;
      input.setAttribute("aria-invalid", String(sentence !== ""));
    };
    const show = (isBusy: boolean) => {
      busy = isBusy;
      form.setAttribute("aria-busy", String(busy));
      button.textContent = busy ? "Unlocking\u2026" : "Unlock";
      // Not disabled: that would take the focus away from who uses a keyboard.
      button.setAttribute("aria-disabled", String(busy));
      input.readOnly = busy;
    };
    const attempt = async () => {
      if (busy) return;
      if (!input.value) {
        say("Type the passphrase first.");
        input.focus();
        return;
      }
      say("");
      show(true);
      try {
        const key = await keyInWorker(script, input.value, locked.kdf);
        resolve(await openLocked(locked, key));
      } catch (reason) {
        show(false);
        if (!(reason instanceof WrongPassphrase)) return reject(reason);
        say("That is not the passphrase.");
        input.focus();
      }
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void attempt();
    });
    input.addEventListener("input", () => say(""));
  });
}

function unlockCard() {
  const input = h("input", {
    testid: "passphrase",
    attrs: {
      id: "passphrase",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-describedby": "passphrase-problem passphrase-caps",
    },
  });
  const caps = h("p", { class: "caps", attrs: { id: "passphrase-caps", role: "status" } });
  const reveal = h("button", { class: "reveal", type: "button" });
  const show = (shown: boolean) => {
    input.type = shown ? "text" : "password";
    reveal.textContent = shown ? "Hide" : "Show";
    reveal.setAttribute("aria-label", `${reveal.textContent} the passphrase`);
  };
  show(false);
  reveal.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  for (const name of ["keydown", "keyup"] as const) {
    input.addEventListener(name, (event) => {
      const on = event.getModifierState("CapsLock");
      const words = on ? "Caps Lock is on." : "";
      if (caps.textContent !== words) caps.textContent = words;
    });
  }
  const problem = h("p", {
    class: "problem",
    testid: "problem",
    attrs: { id: "passphrase-problem", role: "alert" },
  });
  const button = h(
    "button",
    { class: "button primary", type: "submit", testid: "unlock" },
    "Unlock",
  );
  const form = h(
    "form",
    { attrs: { "aria-labelledby": "unlock-title" } },
    h("label", { attrs: { for: "passphrase" } }, "Passphrase"),
    h("div", { class: "passphrase-field" }, input, reveal),
    problem,
    caps,
    button,
  );
  const card = h(
    "main",
    { class: "unlock" },
    h("span", { class: "unlock-mark" }, icon("lock")),
    h("h1", { attrs: { id: "unlock-title" } }, "This replay is locked"),
    h(
      "p",
      { class: "unlock-words" },
      "Type the passphrase that its sender gave you. It is unlocked here, in your " +
        "browser, and nothing is sent anywhere.",
    ),
    form,
  );
  return { card, form, input, button, problem };
}
