"use strict";
// Shows the app's frame beside a ticket and answers it as Zendesk does: what the app's
// side sends and expects is in the SDK, github.com/zendesk/zendesk_app_framework_sdk.
(() => {
  const panel = document.getElementById("sidebar");
  let frame = null;
  let shown = null;
  let guid = "";
  let origin = "";
  let wanted = new Set();

  async function open(ticket) {
    const answer = await fetch("/demo/sidebar", { method: "POST" });
    const app = await answer.json();
    if (!app.url) return;
    ({ guid } = app);
    origin = new URL(app.url).origin;
    wanted = new Set();
    frame = document.createElement("iframe");
    frame.name = `app-${guid}`;
    frame.title = "Session replays";
    frame.dataset.testid = "sidebar-app";
    panel.hidden = false;
    panel.replaceChildren(heading(ticket), frame);
    // The first request is a form: the token travels in no address.
    const form = document.createElement("form");
    const field = document.createElement("input");
    Object.assign(form, { method: "POST", action: app.url, target: frame.name, hidden: true });
    Object.assign(field, { name: "token", value: app.token });
    form.append(field);
    document.body.append(form);
    form.submit();
    form.remove();
  }

  function heading(ticket) {
    const header = document.createElement("header");
    const title = document.createElement("h3");
    const again = document.createElement("button");
    title.textContent = "Session replays";
    again.textContent = "Reload";
    again.addEventListener("click", () => open(ticket));
    header.append(title, again);
    return header;
  }

  function post(message) {
    frame.contentWindow.postMessage(JSON.stringify(message), origin);
  }

  function tell(name, message) {
    post({ key: `zaf.${name}`, message, appGuid: guid, instanceGuid: guid });
  }

  const known = {
    "ticket.id": () => shown.ticket.id,
    "ticket.subject": () => shown.ticket.subject,
    "ticket.requester": () => shown.ticket.requester,
    colorScheme: () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
    currentUser: () => ({ name: shown.agent, role: "agent" }),
  };
  const deeds = {
    resize: ({ height }) => {
      if (/^\d{1,5}px$/.test(height)) frame.style.height = height;
    },
    notify: (text) => {
      const notice = document.createElement("p");
      notice.className = "notice";
      notice.setAttribute("role", "status");
      notice.dataset.testid = "notice";
      notice.textContent = text;
      document.body.append(notice);
      setTimeout(() => notice.remove(), 5000);
    },
  };

  function answerTo({ request, params }) {
    const result = { errors: {} };
    if (request === "get") {
      for (const path of params) {
        if (path in known) result[path] = known[path]();
        else result.errors[path] = { message: `No such Api: ${path}` };
      }
    } else if (request === "invoke") {
      for (const [name, given] of Object.entries(params)) {
        if (name in deeds) result[name] = deeds[name](...given) ?? null;
        else result.errors[name] = { message: `No such Api: ${name}` };
      }
    }
    return result;
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    const message = JSON.parse(event.data);
    if (message.appGuid !== guid) return;
    if (message.id) {
      post({ id: message.id, result: answerTo(message) });
    } else if (message.key === "iframe.handshake") {
      const context = { product: "support", location: "ticket_sidebar", ticketId: shown.ticket.id, instanceGuid: guid };
      tell("app.registered", { metadata: { appId: 0, installationId: 0, settings: {} }, context });
      tell("app.activated", { firstLoad: true });
    } else if (message.key?.startsWith("iframe.on:")) {
      wanted.add(message.key.slice("iframe.on:".length));
    }
  });

  document.addEventListener("ticketshown", ({ detail }) => {
    const before = shown?.ticket;
    shown = detail;
    if (detail.opened && before?.id !== detail.ticket.id) open(detail.ticket);
    else if (before && before.requester.email !== detail.ticket.requester.email) {
      if (wanted.has("ticket.requester.id.changed")) tell("ticket.requester.id.changed", {});
    }
  });
})();
