"use strict";
// Draws the account's state and asks for it again twice a second.
const $ = (id) => document.getElementById(id);
let state = { tickets: [], people: [] };
// A ticket has an address of its own, as in Zendesk.
let open = Number(location.pathname.match(/^\/agent\/tickets\/(\d+)$/)?.[1]) || null;
let drawn = "";

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const initials = (name) => name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
const time = (iso) => new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const size = (bytes) => (bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`);

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok) {
    const details = Object.values(result.details ?? {}).flat();
    throw new Error(details[0]?.description ?? result.description ?? "That did not work.");
  }
  await refresh();
  return result;
}

function show(name) {
  for (const [view, button] of [["workspace", "show-agent"], ["request", "show-form"]]) {
    $(view).hidden = view !== name;
    $(button).setAttribute("aria-pressed", String(view === name));
  }
  if (name === "request") $("subject").focus();
}

/** Somebody who is not in the list is asked for an address. */
function askAddress() {
  const known = $("requester").value !== "";
  for (const field of [$("address"), $("address").previousElementSibling]) field.hidden = known;
  $("address").disabled = known;
}

function drawTickets() {
  const rows = state.tickets.map((ticket) => {
    const item = element("li");
    const row = element("button", "ticket-row");
    row.dataset.testid = "ticket-row";
    row.setAttribute("aria-current", String(ticket.id === open));
    row.append(element("b", "", ticket.subject));
    const line = element("small");
    line.append(element("span", `badge ${ticket.status}`, ticket.status));
    line.append(element("span", "", `#${ticket.id} · ${ticket.requester.name}`));
    row.append(line);
    row.addEventListener("click", () => { open = ticket.id; draw(true); });
    item.append(row);
    return item;
  });
  $("tickets").replaceChildren(...rows);
  const unsolved = state.tickets.filter((ticket) => !["solved", "closed"].includes(ticket.status));
  $("ticket-count").textContent = unsolved.length;
  $("no-tickets").hidden = rows.length > 0;
}

function drawComment(comment) {
  const box = element("article", `comment ${comment.public ? "public" : "internal"}`);
  box.dataset.testid = comment.public ? "public-comment" : "internal-note";
  const avatar = element("span", "avatar", initials(comment.author));
  if (comment.staff) avatar.classList.add(comment.bot ? "bot" : "staff");
  const content = element("div");
  const header = element("header");
  header.append(element("b", "", comment.author));
  if (!comment.public) header.append(element("span", "note-label", "Internal note"));
  header.append(element("time", "", time(comment.created_at)));
  const bubble = element("div", "bubble");
  bubble.innerHTML = comment.html; // the account stored it as safe HTML
  for (const file of comment.files) {
    const link = element("a", "file", `${file.name} · ${size(file.size)}`);
    link.href = file.url;
    link.download = file.name;
    bubble.append(link);
  }
  content.append(header, bubble);
  box.append(avatar, content);
  return box;
}

function drawField(field) {
  const text = String(field.value ?? "");
  const value = element("p", "field", text || "–");
  value.dataset.testid = "field";
  if (/^https?:\/\//.test(text)) {
    const link = element("a", "", text);
    link.href = text;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    value.replaceChildren(link);
  }
  return [element("h3", "", field.title), value];
}

function drawTicket(jump) {
  const ticket = state.tickets.find((each) => each.id === open);
  for (const id of ["subject-bar", "composer", "details"]) $(id).hidden = !ticket;
  if (!ticket) return;
  $("ticket-subject").textContent = ticket.subject;
  $("ticket-meta").textContent = `Ticket #${ticket.id} · opened ${time(ticket.created_at)}`;
  const log = $("log");
  const shown = log.querySelectorAll(".comment").length;
  log.replaceChildren(...ticket.comments.map(drawComment));
  if (!jump && ticket.comments.length > shown) log.lastElementChild.scrollIntoView({ block: "start" });
  if (jump) log.scrollTop = 0;
  document.dispatchEvent(new CustomEvent("ticketshown", { detail: { ticket, agent: state.agent, opened: jump } }));
  $("requester-avatar").textContent = initials(ticket.requester.name);
  $("requester-name").textContent = ticket.requester.name;
  $("requester-email").textContent = ticket.requester.email ?? "";
  $("ticket-status").textContent = ticket.status;
  $("ticket-status").className = `badge ${ticket.status}`;
  $("ticket-channel").textContent = ticket.channel === "web" ? "Web form" : ticket.channel;
  $("solve").hidden = ["solved", "closed"].includes(ticket.status);
  $("reply").textContent = ticket.status === "solved" ? "Reopen as customer" : "Reply as customer";
  $("composer").hidden = ticket.status === "closed";
  $("suspended").hidden = !ticket.requester.suspended;
  $("ccs-row").hidden = ticket.ccs.length === 0;
  $("ccs").textContent = ticket.ccs.join(", ");
  $("places").replaceChildren(...ticket.places.flatMap(drawField));
  $("fields").replaceChildren(...ticket.fields.flatMap(drawField));
  const tags = ticket.tags.map((name) => {
    const tag = element("span", `tag ${name.startsWith("replay_") ? name : ""}`);
    const remove = element("button", "", "×");
    remove.setAttribute("aria-label", `Remove ${name}`);
    remove.addEventListener("click", () => send(`/demo/tickets/${open}/tags`, { remove: [name] }));
    const label = element("span", "", name);
    label.dataset.testid = "tag";
    tag.append(label, remove);
    return tag;
  });
  $("tags").replaceChildren(...(tags.length ? tags : [element("span", "meta", "none")]));
}

function draw(jump = false) {
  drawTickets();
  drawTicket(jump);
}

async function refresh() {
  const answer = await fetch("/demo/state");
  const text = await answer.text();
  if (text === drawn) return;
  state = JSON.parse(text);
  $("agent-name").textContent = state.agent;
  $("agent-avatar").textContent = initials(state.agent);
  const chosen = $("requester").value;
  const choices = state.people.map(({ name, email }) => [`${name} <${email}>`, email]);
  $("requester").replaceChildren(...[...choices, ["Another address…", ""]].map(([label, value]) => {
    const option = element("option", "", label);
    option.value = value;
    return option;
  }));
  if (drawn) $("requester").value = chosen;
  drawn = text;
  $("macro").hidden = state.macros.length === 0;
  $("macro").replaceChildren(element("option", "", "Apply macro"), ...state.macros.map((title) => element("option", "", title)));
  draw();
}

$("show-agent").addEventListener("click", () => show("workspace"));
$("show-form").addEventListener("click", () => show("request"));
$("requester").addEventListener("change", askAddress);
$("request-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("form-error").hidden = true;
  try {
    const made = await send("/demo/tickets", {
      requester: $("requester").value || $("address").value,
      subject: $("subject").value,
      description: $("description").value,
    });
    open = made.id;
    // Whoever wrote is among the customers now.
    $("requester").value = state.tickets.find(({ id }) => id === made.id).requester.email;
    askAddress();
    $("subject").value = $("description").value = "";
    show("workspace");
    draw(true);
  } catch (error) {
    $("form-error").textContent = error.message;
    $("form-error").hidden = false;
  }
});
$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = $("comment").value.trim();
  if (!body) return;
  const isPublic = document.querySelector("input[name=mode]:checked").value === "public";
  await send(`/demo/tickets/${open}/comments`, { body, public: isPublic });
  $("comment").value = "";
});
$("reply").addEventListener("click", async () => {
  const body = $("comment").value.trim() || "It happened again.";
  await send(`/demo/tickets/${open}/reply`, { body });
  $("comment").value = "";
});
$("tag-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const tag = $("new-tag").value.trim();
  if (!tag) return;
  await send(`/demo/tickets/${open}/tags`, { add: [tag] });
  $("new-tag").value = "";
});
$("macro").addEventListener("change", () => {
  if ($("macro").selectedIndex > 0) send(`/demo/tickets/${open}/macro`, { title: $("macro").value });
  $("macro").selectedIndex = 0;
});
$("solve").addEventListener("click", () => send(`/demo/tickets/${open}/status`, { status: "solved" }));

refresh();
setInterval(() => refresh().catch(() => {}), 500);
