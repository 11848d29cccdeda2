// The shop's pages as HTML. Values are escaped, except what is HTML already.

import { picture } from "./pictures.js";

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

class Markup {
  constructor(text) {
    this.text = text;
  }
}

function shown(value) {
  if (Array.isArray(value)) return value.map(shown).join("");
  if (value instanceof Markup) return value.text;
  return String(value).replace(/[&<>"]/g, (one) => ENTITIES[one]);
}

function html(parts, ...values) {
  return new Markup(parts.map((part, i) => (i ? shown(values[i - 1]) : "") + part).join(""));
}

const drawn = (product) => html`<div class="picture ${product.tint}">${new Markup(picture(product.id))}</div>`;

function catalogue({ products }) {
  return html`<h1 tabindex="-1">Good things for going out</h1>
    <p class="lead">Six of them. We tried the others so that you need not.</p>
    <ul class="cards">
      ${products.map(
        (one) => html`<li class="card" data-testid="product">
          <a href="/products/${one.id}">${drawn(one)}<h2>${one.name}</h2></a>
          <p>${one.line}</p>
          <p class="price">${euros.format(one.price)}</p>
          <button data-add="${one.id}" aria-label="Add ${one.name} to the basket">Add</button>
        </li>`,
      )}
    </ul>`;
}

function product(shop, id) {
  const one = shop.products.find((each) => each.id === id);
  if (!one) return missing();
  return html`<article class="product">
      ${drawn(one)}
      <div>
        <h1 tabindex="-1">${one.name}</h1>
        <p class="lead">${one.line}</p>
        <p>${one.about}</p>
        <p class="price">${euros.format(one.price)}</p>
        <button data-add="${one.id}">Add to basket</button>
      </div>
    </article>`;
}

function lines({ products, basket }) {
  return basket.map((id) => products.find((one) => one.id === id)).filter(Boolean);
}

function total(shop) {
  return lines(shop).reduce((sum, one) => sum + one.price, 0);
}

function basket(shop) {
  const chosen = lines(shop);
  if (!chosen.length) {
    return html`<h1 tabindex="-1">Your basket is empty</h1>
      <p class="lead">The <a href="/">catalogue</a> is short. It will not take long.</p>`;
  }
  return html`<h1 tabindex="-1">Your basket</h1>
    <ul class="lines">
      ${chosen.map(
        (one, place) => html`<li>${drawn(one)}<span>${one.name}</span>
          <span class="price">${euros.format(one.price)}</span>
          <button class="quiet" data-remove="${place}" aria-label="Remove ${one.name}">Remove</button></li>`,
      )}
    </ul>
    <p class="total">Together <b data-testid="total">${euros.format(total(shop))}</b></p>
    <p><a class="button" href="/checkout">Check out</a></p>`;
}

function signIn({ customer }) {
  if (customer) {
    return html`<h1 tabindex="-1">Hello, ${customer.name}</h1>
      <p class="lead">You are signed in as ${customer.email}.</p>
      <p><a class="button" href="/basket">To the basket</a>
        <button class="quiet" data-sign-out>Sign out</button></p>`;
  }
  return html`<h1 tabindex="-1">Sign in</h1>
    <p class="lead">Any name and address will do: they are how support finds you.</p>
    <form id="sign-in" class="form">
      <label>Name <input name="name" autocomplete="name" required></label>
      <label>E-mail <input name="email" type="email" autocomplete="email" required></label>
      <button>Sign in</button>
    </form>`;
}

function checkout(shop) {
  if (!shop.basket.length) return basket(shop);
  return html`<h1 tabindex="-1">Check out</h1>
    <div class="checkout">
      <form id="pay" class="form">
        <label>Deliver to
          <select name="country"><option value="IE">Ireland</option><option value="SE">Sweden</option><option value="NL">Netherlands</option></select>
        </label>
        <fieldset id="delivery"><legend>Delivery</legend><p class="wait" role="status">Asking the carriers …</p></fieldset>
        <label>Card number <input name="card" inputmode="numeric" autocomplete="off" required></label>
        <button data-testid="pay">Pay ${euros.format(total(shop))}</button>
      </form>
      <div class="summary"><h2>Order</h2>
        <ul>${lines(shop).map((one) => html`<li>${drawn(one)}${one.name}<span>${euros.format(one.price)}</span></li>`)}</ul>
        <p>Any number will do as a card's. It stays in your browser.</p>
      </div>
    </div>`;
}

function missing() {
  return html`<h1 tabindex="-1">There is no such page</h1><p><a href="/">To the catalogue</a></p>`;
}

/** Delivery options as radio buttons. */
export function delivery(options) {
  return html`<legend>Delivery</legend>${options.map(
    (one, place) => html`<label class="choice"><input type="radio" name="delivery" value="${one.id}" ${place ? "" : "checked"}>
      ${one.name} <span>${euros.format(one.price)}</span></label>`,
  )}`.text;
}

/** The page at a path: its HTML, and the title for the window. */
export function view(path, shop) {
  const [, first, second] = path.split("/");
  const { name = "Not found" } = shop.products.find((one) => one.id === second) ?? {};
  const [made, title] =
    first === "" ? [catalogue(shop), "Catalogue"]
    : first === "products" ? [product(shop, second), name]
    : first === "basket" ? [basket(shop), "Basket"]
    : first === "sign-in" ? [signIn(shop), "Sign in"]
    : first === "checkout" ? [checkout(shop), "Check out"]
    : [missing(), "Not found"];
  return { markup: made.text, title: `${title} · Fernhill Supplies` };
}
