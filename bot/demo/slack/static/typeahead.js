// Menus whose entries the app is asked for while somebody types. What is offered is put
// in place as text; the value that was chosen is the field's.

const PAUSE_MS = 250;
const NONE = "No results";
const OPTION = "[role=option]:not([aria-disabled])";
const words = new Map();
let waiting = 0;
let turn = 0;

function boxOf(field) {
  return field.querySelector("input");
}

function listOf(field) {
  return field.querySelector("[role=listbox]");
}

export function chosenIn(field) {
  return field.dataset.value ?? "";
}

export function choose(field, value) {
  field.dataset.value = value;
  if (value) boxOf(field).value = words.get(value) ?? value;
  close(field);
}

function close(field) {
  listOf(field).hidden = true;
  boxOf(field).setAttribute("aria-expanded", "false");
  boxOf(field).removeAttribute("aria-activedescendant");
}

// Whether there was an open list to be closed.
export function closeOpen(except = null) {
  const open = [...document.querySelectorAll(".typeahead:has([role=listbox]:not([hidden]))")];
  const others = open.filter((field) => !field.contains(except));
  others.forEach(close);
  return others.length > 0;
}

function entry(field, option, index) {
  const made = document.createElement("li");
  made.setAttribute("role", "option");
  made.id = `${listOf(field).id}-${index}`;
  made.dataset.value = option.value;
  made.append(option.text.text);
  if (option.description) {
    const small = document.createElement("small");
    small.textContent = option.description.text;
    made.append(small);
  }
  words.set(option.value, option.text.text);
  return made;
}

function nothing() {
  const made = document.createElement("li");
  made.setAttribute("role", "option");
  made.setAttribute("aria-disabled", "true");
  made.textContent = NONE;
  return made;
}

function show(field, options) {
  const list = listOf(field);
  list.replaceChildren(...options.map((each, index) => entry(field, each, index)));
  if (!options.length) list.append(nothing());
  list.hidden = false;
  boxOf(field).setAttribute("aria-expanded", "true");
  list.scrollIntoView({ block: "nearest" });
}

async function ask(field, suggest) {
  const mine = ++turn;
  const typed = boxOf(field).value;
  if (typed.length < Number(field.dataset.least)) {
    close(field);
    return;
  }
  field.classList.add("asking");
  try {
    const options = await suggest(field, typed);
    if (mine === turn && field.isConnected) show(field, options);
  } finally {
    field.classList.remove("asking");
  }
}

function move(field, step) {
  const entries = [...listOf(field).querySelectorAll(OPTION)];
  if (!entries.length || listOf(field).hidden) return;
  const at = entries.findIndex((each) => each.hasAttribute("aria-selected"));
  entries[at]?.removeAttribute("aria-selected");
  const next = entries[(at + step + entries.length + (at < 0 && step < 0)) % entries.length];
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
  boxOf(field).setAttribute("aria-activedescendant", next.id);
}

export function watch(suggest, touched) {
  document.addEventListener("input", (event) => {
    const field = event.target.closest(".typeahead");
    if (!field) return;
    // What was chosen is not what is typed now.
    field.dataset.value = "";
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(field, suggest), PAUSE_MS);
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest(`.typeahead ${OPTION}`);
    if (option) {
      const field = option.closest(".typeahead");
      choose(field, option.dataset.value);
      touched(field);
    }
    closeOpen(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(".typeahead");
    if (!field) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(field, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = field.querySelector("[aria-selected]");
      if (!option) return;
      choose(field, option.dataset.value);
      touched(field);
    }
  });
}
