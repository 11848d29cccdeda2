// Keeps the page of the Slack stand-in current and sends what the person does. All
// drawing is the server's: parts arrive as HTML that is escaped already.

import { localise } from "./dates.js";
import { complete, touched, valueOf, valuesOf } from "./fields.js";
import { forgetParts, put, scrollToEnd } from "./parts.js";
import { closeOpen, watch } from "./typeahead.js";

const POLL_MS = 400;
let version = Number(document.body.dataset.version);
let drawing = Promise.resolve();

function here() {
  return new URLSearchParams(location.search);
}

function person() {
  return document.querySelector(".switcher [aria-current]").dataset.user;
}

function channelId() {
  const link = document.querySelector(".sidebar [aria-current]");
  return new URL(link.href).searchParams.get("channel");
}

async function send(what, body) {
  await fetch(`/page/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: person(), channel: channelId(), ...body }),
  });
  await refresh();
}

// One after the other, so that no old answer is put over a newer one.
function refresh() {
  drawing = drawing.then(draw, draw);
  return drawing;
}

async function draw() {
  const query = here();
  query.set("user", person());
  const answer = await fetch(`/page/view?${query}`);
  if (!answer.ok) return;
  const view = await answer.json();
  version = view.version;
  for (const [name, html] of Object.entries(view.parts)) put(name, html);
  document.body.classList.toggle("with-thread", view.parts.thread.includes("article"));
}

async function poll() {
  try {
    const answer = await fetch("/page/version");
    if (answer.ok && (await answer.json()).version !== version) await refresh();
  } catch {
    // The demo was stopped; the next poll may find it again.
  }
  setTimeout(poll, POLL_MS);
}

async function go(url) {
  const target = new URL(url, location.href);
  if (target.href !== location.href) history.pushState(null, "", target);
  for (const link of document.querySelectorAll(".switcher a")) {
    if (link.dataset.user === target.searchParams.get("user")) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  document.body.classList.remove("with-sidebar");
  forgetParts();
  await refresh();
  keepSwitcher();
  scrollToEnd();
  offer(document.querySelector("[data-composer=channel] textarea"));
  await arrive();
}

// Slack tells the app whenever a person comes to it.
async function arrive() {
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) await send("open", { tab: tab.dataset.tab });
}

// The links to be somebody else lead to the same place.
function keepSwitcher() {
  for (const link of document.querySelectorAll(".switcher a")) {
    const query = here();
    query.set("user", link.dataset.user);
    link.href = `/?${query}`;
  }
}

function confirmed(data) {
  if (!data.confirmTitle) return Promise.resolve(true);
  const dialog = document.querySelector("dialog.confirm");
  const [no, yes] = dialog.querySelectorAll(".dialog-buttons button");
  dialog.querySelector("h2").textContent = data.confirmTitle;
  dialog.querySelector("p").textContent = data.confirmText;
  no.textContent = data.confirmNo;
  yes.textContent = data.confirmYes;
  yes.className = `button ${data.confirmStyle}`;
  dialog.returnValue = "deny";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "confirm");
    no.onclick = () => dialog.close("deny");
    yes.onclick = () => dialog.close("confirm");
  });
}

async function act(element) {
  const isField = element.dataset.kind !== undefined;
  const value = isField ? valueOf(element) : element.dataset.value || null;
  if (element.tagName === "SELECT" && value === "") return;
  if (!(await confirmed(element.dataset))) {
    if (element.tagName === "SELECT") element.value = "";
    return;
  }
  element.closest("details")?.removeAttribute("open");
  element.classList.add("busy");
  setTimeout(() => element.classList.remove("busy"), 1000);
  const view = element.closest("[data-view]");
  await send("click", {
    ts: element.closest("article")?.dataset.ts,
    in_view: view?.dataset.view,
    values: view ? valuesOf(view) : undefined,
    block_id: element.closest("[data-block]")?.dataset.block,
    action_id: element.dataset.actionId,
    value,
  });
}

async function suggest(field, typed) {
  const answer = await fetch("/page/suggest", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      user: person(),
      in_view: field.closest("[data-view]").dataset.view,
      action_id: field.dataset.actionId,
      typed,
    }),
  });
  return answer.ok ? (await answer.json()).options : [];
}

function offer(box) {
  const offers = box.form.querySelector(".offers");
  if (!offers) return;
  const command = document.body.dataset.command;
  const name = box.value.split(" ")[0];
  offers.hidden = !(box.value.startsWith("/") && command.startsWith(name)) ||
    box.value.startsWith(`${command} `);
}

async function submitComposer(form) {
  const box = form.querySelector("textarea");
  const text = box.value;
  if (!text.trim()) return;
  box.value = "";
  offer(box);
  const thread = form.dataset.composer === "thread" ? here().get("thread") : null;
  await send("say", { text, thread });
  scrollToEnd(form.parentElement);
}

async function submitModal(form) {
  if (!complete(form)) return;
  const button = form.querySelector("footer .primary");
  button.classList.add("busy");
  setTimeout(() => button.classList.remove("busy"), 1000);
  await send("submit", { in_view: form.dataset.view, values: valuesOf(form) });
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button, summary");
  for (const menu of document.querySelectorAll("details[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
  if (event.target === document.body || event.target.closest("main, .veil")) {
    document.body.classList.remove("with-sidebar");
  }
  if (!target) return;
  const data = target.dataset;
  if (data.go !== undefined) {
    event.preventDefault();
    go(target.href);
  } else if (data.actionId) {
    act(target);
  } else if (data.shortcut) {
    target.closest("details")?.removeAttribute("open");
    const ts = target.closest("article")?.dataset.ts;
    send("shortcut", { ts, callback_id: data.shortcut });
  } else if (data.fill) {
    const box = document.querySelector("[data-composer=channel] textarea");
    box.value = data.fill;
    box.focus();
    offer(box);
  } else if (data.close !== undefined) {
    const { view } = target.closest("[data-view]").dataset;
    send("submit", { in_view: view, all: data.close === "all" });
  } else if (data.sidebar !== undefined) {
    document.body.classList.add("with-sidebar");
  }
});

// Fields outside of inputs tell the app at once; inputs where they dispatch.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-kind]");
  if (!field) return;
  touched(field);
  const input = field.closest(".input");
  if (!input || (input.dataset.dispatch !== undefined && !field.matches(".field"))) {
    act(field);
  }
});

document.addEventListener("input", (event) => {
  if (event.target.closest("[data-composer]")) offer(event.target);
  const field = event.target.closest("[data-kind]");
  if (field) touched(field);
});

document.addEventListener("toggle", (event) => {
  if (event.target.open) {
    event.target.querySelector("[role=menu]")?.scrollIntoView({ block: "nearest" });
  }
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") escape();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  const box = event.target.closest?.("[data-composer] textarea");
  const field = event.target.closest?.("[data-dispatch] input.field");
  if (box || field) event.preventDefault();
  if (box) submitComposer(box.form);
  if (field) act(field);
});

function escape() {
  if (closeOpen()) return;
  const open = document.querySelector("details[open]");
  if (open) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  } else if (!document.querySelector("dialog[open]")) {
    document.querySelector(".modal footer [data-close]")?.click();
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.dataset.composer) submitComposer(event.target);
  else if (event.target.dataset.view) submitModal(event.target);
});

window.addEventListener("popstate", () => go(location.href));

// Pressed before anybody listened, they would load the page again and send nothing.
for (const button of document.querySelectorAll("[data-composer] [data-testid$=send]")) {
  button.disabled = false;
}

watch(suggest, touched);
localise(document);
keepSwitcher();
await refresh();
scrollToEnd();
const linked = document.getElementById(location.hash.slice(1)) ||
  document.getElementById(location.hash.replace("#m-", "t-"));
linked?.scrollIntoView({ block: "center" });
await arrive();
poll();
