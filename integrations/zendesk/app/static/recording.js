/** One recording of the list: what it shows, and what can be done with it. */

import { button, element } from "./element.js";
import { counted, day, exactly, length, when } from "./words.js";

/**
 * `act(want, more)` resolves with the courier's answer; `play(answer)` shows it. With
 * `channels`, a function that resolves with them, it can be shared there.
 */
export function recordingCard(recording, { act, play, channels, isFirst, why }) {
  const said = element("p", { className: "said", role: "status" });
  const choice = element("div", { className: "choice", hidden: true });
  const card = element(
    "li",
    { className: "card", "data-testid": "recording" },
    heading(recording),
    isFirst && why ? element("p", { className: "why" }, `First: ${why}`) : null,
    recording.person && element("p", { className: "soft" }, named(recording.person)),
    troubles(recording),
    recording.worst && element("p", { className: "worst", title: recording.worst }, recording.worst),
    pages(recording),
    recording.device && element("p", { className: "soft" }, recording.device),
  );

  const say = (text, kind = "") => {
    said.textContent = text;
    said.className = `said ${kind}`;
  };
  const run = async (pressed, doing, want, more, done) => {
    card.setAttribute("aria-busy", "true");
    for (const one of card.querySelectorAll("button")) one.disabled = true;
    say(doing, "busy");
    try {
      done(await act(want, { recording: recording.id, ...more }, () => say(`${doing} It takes a moment.`, "busy")));
    } catch (error) {
      say(error.message, "bad");
    } finally {
      card.removeAttribute("aria-busy");
      for (const one of card.querySelectorAll("button")) one.disabled = false;
      pressed.focus({ preventScroll: true });
    }
  };
  const close = () => {
    choice.hidden = true;
    for (const one of [attach, share]) one?.setAttribute("aria-expanded", "false");
  };
  const open = (opener, ...content) => {
    const wasOpen = opener.getAttribute("aria-expanded") === "true";
    close();
    say("");
    if (wasOpen) return;
    choice.replaceChildren(...content);
    choice.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    choice.querySelector("button, select")?.focus();
  };
  const noted = (want, doing, done) => () => {
    close();
    run(attach, doing, want, {}, () => say(done, "good"));
  };

  const watch = button("Play", () => run(watch, "Preparing the replay…", "play", {}, (answer) => {
    say("");
    play(answer, recording);
  }), { className: isFirst ? "button primary" : "button" });
  const attach = button("Attach", () => open(
    attach,
    element("p", { className: "soft" }, "As an internal note on this ticket:"),
    button("Link that expires", noted("note", "Attaching…", "Attached as an internal note.")),
    button("File that stays", noted("file", "Making the file…", "The file is attached.")),
  ), { "aria-expanded": "false" });
  const copy = button("Copy link", () => run(copy, "Making a link…", "link", {}, (answer) => {
    close();
    showLink(choice, answer, say);
  }));
  const share = channels && button("Slack", () => {
    const list = element("div", { className: "channels" }, element("p", { className: "soft" }, "Looking for channels…"));
    open(share, list);
    if (!choice.hidden) shareIn(list, channels, (channel) => {
      close();
      run(share, "Sharing…", "share", { channel: channel.id }, () => say(`Shared in #${channel.name}.`, "good"));
    });
  }, { "aria-expanded": "false", "aria-label": "Share in Slack" });

  card.append(element("div", { className: "actions" }, watch, attach, copy, share), choice, said);
  return card;
}

function heading(recording) {
  const active = recording.active;
  const idle = active !== null && recording.seconds - active >= 60;
  return element(
    "h3",
    {},
    element("time", { dateTime: recording.start, title: exactly(recording.start) }, when(recording.start)),
    element("span", { className: "soft" }, ` · ${length(recording.seconds)}${idle ? `, ${length(active)} active` : ""}`),
    recording.ongoing ? element("span", { className: "tag live" }, "Still going on") : null,
  );
}

function troubles({ errors, failed, rage }) {
  const tags = [
    errors ? element("span", { className: "tag bad" }, counted(errors, "error")) : null,
    failed ? element("span", { className: "tag bad" }, counted(failed, "failed request")) : null,
    rage ? element("span", { className: "tag warn" }, counted(rage, "rage click")) : null,
  ].filter(Boolean);
  if (!tags.length && errors !== null) tags.push(element("span", { className: "tag" }, "No errors"));
  return tags.length ? element("p", { className: "tags" }, tags) : null;
}

function pages({ pages: shown, more_pages: more }) {
  if (!shown.length) return null;
  // How many more stays on one line.
  const rest = more ? ` +\u00a0${counted(more, "page").replace(" ", "\u00a0")}` : "";
  return element("p", { className: "pages" }, shown.join(" → ") + rest);
}

export function named({ name, email }) {
  return email && email !== name ? `${name} · ${email}` : name;
}

/** The link is there seconds after the press, when browsers may copy no more: so it can be
 * seen, and pressed for again. */
function showLink(place, { watch, expires }, say) {
  const field = element("input", { readOnly: true, value: watch, "aria-label": "Link to the replay" });
  const copied = async () => {
    const done = await copyText(field);
    const until = `It opens until ${day(expires)}.`;
    say(done ? `Copied. ${until}` : `Press Copy. ${until}`, done ? "good" : "");
  };
  place.replaceChildren(element("div", { className: "row" }, field, button("Copy", copied)));
  place.hidden = false;
  copied();
}

async function copyText(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // In a frame that was not given the clipboard the older way is open, after a press.
    field.select();
    return document.execCommand("copy");
  }
}

async function shareIn(list, channels, share) {
  try {
    const found = await channels();
    if (!found.length) {
      list.replaceChildren(element("p", { className: "soft" }, "The courier may post in no channel. Invite it to one in Slack."));
      return;
    }
    const select = element("select", { "aria-label": "Channel" }, found.map((one) => element("option", { value: one.id }, `#${one.name}`)));
    const press = () => share(found.find((one) => one.id === select.value));
    list.replaceChildren(element("div", { className: "row" }, select, button("Share", press)));
    select.focus();
  } catch (error) {
    list.replaceChildren(element("p", { className: "said bad", role: "status" }, error.message));
  }
}
