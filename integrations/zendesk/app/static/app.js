/** The sidebar app: the requester's recordings, a search, and a player in place. */

import { Courier, Unanswered } from "./courier.js";
import { button, element, link } from "./element.js";
import { named, recordingCard } from "./recording.js";
import { counted, time, when } from "./words.js";
import { Zaf } from "./zaf.js";

const LEAST_HEIGHT = 120;
const MOST_HEIGHT = 900;

const boot = readBoot();
const query = new URLSearchParams(location.search);
const zaf = new Zaf(boot.zendesk, query.get("app_guid") ?? "");
const courier = new Courier(boot);
const root = document.getElementById("app");
const status = document.getElementById("status");
const results = element("section", { "aria-label": "Recordings" });
const player = element("section", { "aria-label": "Replay", hidden: true });
const search = searchForm();
let ticket = null;
let turn = 0;
let known = null;

/** The bearer leaves the page's text as soon as it was read. */
function readBoot() {
  const carrier = document.getElementById("boot");
  const read = JSON.parse(carrier.textContent);
  carrier.remove();
  return read;
}

function searchForm() {
  const field = element("input", {
    type: "search",
    name: "text",
    maxLength: 400,
    placeholder: "E-mail, user id or replay link",
    "aria-label": "Search another person or session",
    autocomplete: "off",
    spellcheck: false,
  });
  const back = button("Back to the requester", () => {
    field.value = "";
    back.hidden = true;
    list();
  }, { className: "button plain", hidden: true });
  const form = element(
    "form",
    {
      role: "search",
      className: "row wraps",
      onsubmit: (event) => {
        event.preventDefault();
        if (!field.value.trim()) return;
        back.hidden = false;
        find({ text: field.value.trim() });
      },
    },
    field,
    element("button", { type: "submit", className: "button" }, "Search"),
    back,
  );
  return form;
}

/** Shows what was asked for, unless something else was asked for meanwhile. */
async function show(want, more, doing, again) {
  const mine = ++turn;
  closePlayer();
  waiting(doing);
  try {
    const answer = await courier.ask(want, ticket, more, () => mine === turn && waiting(`${doing} It takes longer than usual.`));
    if (mine !== turn) return;
    if (answer.state === "found") found(answer, want, more);
    else nothing(answer);
  } catch (error) {
    if (mine !== turn) return;
    if (!(error instanceof Unanswered)) throw error;
    failed(error, again);
  }
}

function list() {
  if (ticket === null) {
    say("There is no ticket here yet. Once it is saved, its requester's recordings are.");
    return;
  }
  show("list", {}, "Looking for the requester's recordings…", list);
}

function find(whom) {
  if (ticket === null) return;
  show("search", whom, "Looking…", () => find(whom));
}

function waiting(doing) {
  status.textContent = doing;
  results.setAttribute("aria-busy", "true");
  results.replaceChildren(
    element("p", { className: "soft waiting" }, doing),
    element("div", { className: "ghost", "aria-hidden": "true" }),
    element("div", { className: "ghost", "aria-hidden": "true" }),
  );
}

function settled(text, ...content) {
  status.textContent = text;
  results.removeAttribute("aria-busy");
  results.replaceChildren(...content.filter(Boolean));
}

function say(text) {
  settled(text, element("p", { className: "soft empty" }, text));
}

function found(answer, want, more) {
  const cards = answer.recordings.map((recording, index) =>
    recordingCard(recording, {
      act: (wanted, given, onLong) => courier.ask(wanted, ticket, given, onLong),
      play,
      channels: boot.channels ? channels : null,
      isFirst: index === 0 && !answer.offset,
      why: answer.why,
    }));
  const many = counted(answer.total, "recording");
  const text = `${answer.more ? "The newest " : ""}${many} in the last ${counted(answer.days, "day")}`;
  const next = answer.offset + answer.recordings.length;
  const page = (label, offset) => button(label, () => show(want, { ...more, offset }, "Looking…", list), { className: "button plain" });
  settled(
    `${many} found`,
    element("header", { className: "head" },
      element("h2", {}, whose(answer.people)),
      doubtful(answer.doubts),
      element("p", { className: "soft" }, text),
      answer.silence ? element("p", { className: "soft", "data-testid": "silence" }, answer.silence) : null),
    element("ol", { className: "cards" }, cards),
    element("nav", { className: "row ends", "aria-label": "Pages" },
      answer.offset ? page("Newer page", Math.max(0, answer.offset - answer.recordings.length)) : null,
      next < answer.total ? page(`More (${answer.total - next})`, next) : null),
  );
}

/** Why it may be somebody else: before anybody watches. */
function doubtful(doubts) {
  return doubts.map((one) => element("p", { className: "doubt", "data-testid": "doubt" }, one));
}

function whose(people) {
  if (!people.length) return "Recordings";
  const [first, ...others] = people;
  return others.length ? `${first.name} and ${others.length} more` : named(first);
}

function nothing({ explanation, advice, people, doubts }) {
  const choices = people.map((person) =>
    element("li", {}, button(named(person), () => find({ person: person.id }), { className: "button wide" })));
  settled(
    explanation,
    element("div", { className: "empty", "data-testid": "nothing" },
      element("h2", {}, choices.length ? "Whom do you mean?" : "Nothing found"),
      element("p", {}, explanation),
      doubtful(doubts),
      choices.length ? element("ul", { className: "people" }, choices) : element("p", { className: "soft" }, advice)),
  );
}

function failed(error, again) {
  settled(
    error.message,
    element("div", { className: "empty", role: "alert", "data-testid": "failed" },
      element("p", {}, error.message),
      error.over ? null : button("Try again", again)),
  );
}

/** The channels, asked for once. */
function channels() {
  known ??= courier.ask("channels", ticket).then((answer) => answer.channels);
  known.catch(() => { known = null; });
  return known;
}

function play(answer, recording) {
  const back = button("Back", closePlayer, { className: "button plain" });
  player.replaceChildren(
    element("div", { className: "row ends" }, back, link("Open large", answer.watch, "button")),
    element("iframe", { src: answer.play, title: `Replay of ${when(recording.start)}`, "data-testid": "player" }),
    element("p", { className: "soft" }, `Plays here until ${time(answer.expires)}.`),
    ...answer.discussed.map((one) => element("p", { className: "soft" }, link(`Discussed in Slack, ${when(one.at)}`, one.url))),
  );
  player.hidden = false;
  search.hidden = results.hidden = true;
  status.textContent = "The replay is open";
  back.focus();
}

function closePlayer() {
  if (player.hidden) return;
  player.hidden = true;
  player.replaceChildren();
  search.hidden = results.hidden = false;
  results.querySelector("button")?.focus({ preventScroll: true });
}

/** The frame is as high as what is in it. */
function keepSize() {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, Math.ceil(root.scrollHeight + 4)));
    if (height === told) return;
    told = height;
    zaf.invoke("resize", { width: "100%", height: `${height}px` });
  }).observe(root);
}

async function paint() {
  if ((await zaf.get("colorScheme")) === "dark") document.documentElement.dataset.scheme = "dark";
  else delete document.documentElement.dataset.scheme;
}

async function start() {
  root.append(search, results, player);
  if (query.get("origin") !== boot.zendesk) {
    search.hidden = true;
    say("This app belongs to another Zendesk account.");
    return;
  }
  waiting("Looking for the requester's recordings…");
  const context = await zaf.start();
  keepSize();
  paint();
  zaf.on("colorScheme.changed", paint);
  zaf.on("ticket.requester.id.changed", list);
  ticket = context.ticketId ?? (await zaf.get("ticket.id")) ?? null;
  list();
}

start();
