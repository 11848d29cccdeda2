// Keeps the page of the Slack stand-in current and sends what the person does. All
// drawing is the server's: parts arrive as HTML that is escaped already.
"use strict";

const POLL_MS = 400;
const drawn = new Map();
let version = Number(document.body.dataset.version);
let busy = false;

function here() {
  return new URLSearchParams(location.search);
}

function person() {
  return document.querySelector(".switcher [aria-current]").dataset.user;
}

function channelId() {
  const given = here().get("channel");
  const link = document.querySelector(".sidebar [aria-current]");
  return given || new URL(link.href).searchParams.get("channel");
}

async function send(what, body) {
  await fetch(`/page/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: person(), channel: channelId(), ...body }),
  });
  await refresh();
}

// Slack's date tokens, in the reader's own zone and language.
function localise(root) {
  const style = (options) => new Intl.DateTimeFormat(undefined, options);
  const formats = {
    date_num: style({ dateStyle: "short" }),
    date: style({ month: "long", day: "numeric", year: "numeric" }),
    date_short: style({ month: "short", day: "numeric", year: "numeric" }),
    date_long: style({ dateStyle: "full" }),
    time: style({ timeStyle: "short" }),
    time_secs: style({ timeStyle: "medium" }),
  };
  for (const element of root.querySelectorAll("time[data-unix]")) {
    const when = new Date(Number(element.dataset.unix) * 1000);
    const layout = element.dataset.layout;
    if (Number.isNaN(when.getTime()) || !layout) continue;
    element.title = style({ dateStyle: "full", timeStyle: "medium" }).format(when);
    element.textContent = layout.replace(/\{(\w+)\}/g, (whole, name) => {
      if (name === "ago") return ago(when);
      const pretty = name.endsWith("_pretty") && relativeDay(when);
      const format = formats[name.replace("_pretty", "")];
      return pretty || (format ? format.format(when) : whole);
    });
  }
}

function relativeDay(when) {
  const days = (date) => new Date(date).setHours(0, 0, 0, 0) / 86400000;
  const names = { "-1": "yesterday", 0: "today", 1: "tomorrow" };
  return names[Math.round(days(when) - days(Date.now()))];
}

function ago(when) {
  const minutes = Math.round((Date.now() - when) / 60000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (minutes < 60) return words.format(-minutes, "minute");
  if (minutes < 1440) return words.format(-Math.round(minutes / 60), "hour");
  return words.format(-Math.round(minutes / 1440), "day");
}

function scrollerOf(part) {
  return part.classList.contains("scroll") || part.classList.contains("thread-scroll");
}

function put(name, html) {
  if (drawn.get(name) === html) return;
  drawn.set(name, html);
  const part = document.querySelector(`[data-part=${name}]`);
  const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 80;
  part.innerHTML = html;
  localise(part);
  if (scrollerOf(part) && atEnd) part.scrollTop = part.scrollHeight;
}

async function refresh() {
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
  if (!busy) {
    busy = true;
    try {
      const answer = await fetch("/page/version");
      if (answer.ok && (await answer.json()).version !== version) await refresh();
    } catch {
      // The demo was stopped; the next poll may find it again.
    }
    busy = false;
  }
  setTimeout(poll, POLL_MS);
}

async function go(url) {
  const target = new URL(url, location.href);
  history.pushState(null, "", target);
  for (const link of document.querySelectorAll(".switcher a")) {
    if (link.dataset.user === target.searchParams.get("user")) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  drawn.clear();
  await refresh();
  keepSwitcher();
  for (const part of document.querySelectorAll("[data-part]")) {
    if (scrollerOf(part)) part.scrollTop = part.scrollHeight;
  }
  offer(document.querySelector("[data-composer=channel] textarea"));
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
  const [no, yes] = dialog.querySelectorAll("button");
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
  if (!(await confirmed(element.dataset))) {
    if (element.tagName === "SELECT") element.value = "";
    return;
  }
  element.closest("details")?.removeAttribute("open");
  element.classList.add("busy");
  setTimeout(() => element.classList.remove("busy"), 3000);
  await send("click", {
    ts: element.closest("article")?.dataset.ts,
    action_id: element.dataset.actionId,
    value: element.tagName === "SELECT" ? element.value : element.dataset.value || null,
    in_modal: element.closest(".modal") !== null,
  });
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
  const part = form.parentElement.querySelector(".scroll, .thread-scroll");
  part.scrollTop = part.scrollHeight;
}

function modalValues(form) {
  const values = {};
  for (const field of form.querySelectorAll("[data-kind]")) {
    const block = field.closest("[data-block]").dataset.block;
    const { kind, actionId } = field.dataset;
    const chosen = field.selectedOptions?.[0];
    const value = kind === "plain_text_input"
      ? { value: field.value || null }
      : {
        selected_option: chosen?.value
          ? { text: { type: "plain_text", text: chosen.text }, value: chosen.value }
          : null,
      };
    values[block] = { ...values[block], [actionId]: { type: kind, ...value } };
  }
  return values;
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("a, button, summary");
  for (const menu of document.querySelectorAll("details[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
  if (!target) return;
  const data = target.dataset;
  if (data.go !== undefined) {
    event.preventDefault();
    go(target.href);
  } else if (data.actionId) {
    act(target);
  } else if (data.shortcut) {
    const { ts } = target.closest("article").dataset;
    send("click", { ts, action_id: data.shortcut, shortcut: true });
  } else if (data.fill) {
    const box = document.querySelector("[data-composer=channel] textarea");
    box.value = data.fill;
    box.focus();
    offer(box);
  } else if (data.close !== undefined) {
    send("submit", {});
  }
});

document.addEventListener("change", (event) => {
  const menu = event.target.closest("select[data-action-id]");
  if (menu && !menu.closest(".input")) act(menu);
});

document.addEventListener("input", (event) => {
  if (event.target.closest("[data-composer]")) offer(event.target);
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-composer] textarea");
  if (!box || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submitComposer(box.form);
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.dataset.composer) submitComposer(event.target);
  else if (event.target.dataset.view) {
    send("submit", { values: modalValues(event.target) });
  }
});

window.addEventListener("popstate", () => go(location.href));

localise(document);
keepSwitcher();
for (const part of document.querySelectorAll(".scroll, .thread-scroll")) {
  part.scrollTop = part.scrollHeight;
}
const linked = document.getElementById(location.hash.slice(1)) ||
  document.getElementById(location.hash.replace("#m-", "t-"));
linked?.scrollIntoView({ block: "center" });
poll();
