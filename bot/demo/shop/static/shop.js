// The shop: one page that changes, a basket, and a check-out that does not look at what
// the payment provider said before it thanks for the order.

import { delivery, view } from "./views.js";

const content = document.getElementById("content");
const remembered = (name, otherwise) => JSON.parse(sessionStorage.getItem(name)) ?? otherwise;
const shop = {
  products: [],
  basket: remembered("basket", []),
  customer: remembered("customer", null),
};

function remember() {
  sessionStorage.setItem("basket", JSON.stringify(shop.basket));
  sessionStorage.setItem("customer", JSON.stringify(shop.customer));
  document.getElementById("count").textContent = shop.basket.length;
  document.getElementById("who").textContent = shop.customer?.name ?? "Sign in";
}

function draw() {
  const { markup, title } = view(location.pathname, shop);
  content.innerHTML = markup;
  document.title = title;
  for (const link of document.querySelectorAll("nav a")) {
    link.toggleAttribute("aria-current", link.pathname === location.pathname);
  }
  if (content.querySelector("#delivery")) askCarriers();
}

function go(path) {
  history.pushState(null, "", path);
  draw();
  window.scrollTo(0, 0);
  content.querySelector("h1").focus();
}

async function send(path, body) {
  const headers = { "Content-Type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function askCarriers() {
  const form = content.querySelector("#pay");
  const place = content.querySelector("#delivery");
  const started = performance.now();
  const answer = await fetch(`/api/delivery?country=${form.elements.country.value}`);
  const { options } = await answer.json();
  const seconds = (performance.now() - started) / 1000;
  if (seconds > 1) console.warn(`delivery options took ${seconds.toFixed(1)} s`);
  place.innerHTML = delivery(options);
}

async function signIn({ name, email }) {
  const answer = await send("/api/session", { name, email });
  const { id } = await answer.json();
  window.posthog.identify(id, { name, email });
  shop.customer = { name, email };
  remember();
  go(shop.basket.length ? "/checkout" : "/");
}

function signOut() {
  window.posthog.reset();
  shop.customer = null;
  remember();
  draw();
}

async function pay(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await send("/api/payments", { items: shop.basket, country: form.elements.country.value });
    const payment = await answer.json();
    if (!answer.ok) console.error("Payment failed", answer.status, payment.error);
    thank(payment.receipt.number);
  } finally {
    button.disabled = false;
    explain();
  }
}

function thank(number) {
  content.querySelector("h1").textContent = `Thank you. Your receipt is ${number}.`;
}

// The demo's note, not the shop's: the shop tells its customers nothing.
function explain() {
  const email = shop.customer?.email;
  const command = document.createElement("code");
  command.textContent = email ? `/replay ${email}` : "/replay";
  const note = document.getElementById("note");
  const slack = note.querySelector("a")?.cloneNode(true) ?? "Slack";
  note.replaceChildren(
    "Nothing happened? It was meant to go wrong. Support sees why: type ",
    command,
    " in ",
    slack,
    email ? "." : ", after signing in here.",
  );
}

document.addEventListener("click", (click) => {
  const { target } = click;
  const link = target.closest("a[href]");
  const plain = !click.ctrlKey && !click.metaKey && !click.shiftKey;
  if (link?.origin === location.origin && !link.hash && plain) {
    click.preventDefault();
    go(link.pathname);
  }
  const { add, remove, signOut: leave } = target.closest("button")?.dataset ?? {};
  if (add) shop.basket.push(add);
  if (remove) shop.basket.splice(Number(remove), 1);
  if (add || remove) remember();
  if (remove) draw();
  if (leave !== undefined) signOut();
});

document.addEventListener("submit", (submit) => {
  submit.preventDefault();
  const form = submit.target;
  if (form.id === "sign-in") signIn(Object.fromEntries(new FormData(form)));
  if (form.id === "pay") pay(form);
});

document.addEventListener("change", ({ target }) => {
  if (target.name === "country") askCarriers();
});

window.addEventListener("popstate", draw);
remember();
shop.products = await (await fetch("/api/products")).json();
console.info(`catalogue: ${shop.products.length} products`);
draw();
