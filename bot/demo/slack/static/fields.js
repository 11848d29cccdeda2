// What is filled in on modals and on the Home tab. A view that is drawn anew while it
// is open keeps what was typed, wherever block id, action id and kind are the same.

import { choose, chosenIn } from "./typeahead.js";

const typed = new Map();

function* fieldsOf(view) {
  for (const field of view.querySelectorAll("[data-kind]")) {
    const block = field.closest("[data-block]")?.dataset.block;
    if (block !== undefined) yield [block, field];
  }
}

function boxesOf(field) {
  return [...field.querySelectorAll("input")];
}

export function valueOf(field) {
  const { kind } = field.dataset;
  if (kind === "checkboxes") {
    return boxesOf(field).filter((box) => box.checked).map((box) => box.value);
  }
  if (kind === "radio_buttons") {
    return boxesOf(field).find((box) => box.checked)?.value ?? "";
  }
  return kind === "external_select" ? chosenIn(field) : field.value;
}

function fill(field, value) {
  if (field.dataset.kind === "checkboxes") {
    for (const box of boxesOf(field)) box.checked = value.includes(box.value);
  } else if (field.dataset.kind === "radio_buttons") {
    for (const box of boxesOf(field)) box.checked = box.value === value;
  } else if (field.dataset.kind === "external_select") {
    choose(field, value);
  } else if (field.tagName !== "SELECT" ||
    [...field.options].some((option) => option.value === value)) {
    field.value = value;
  }
}

// By block id and action id: a string, or a list for checkboxes.
export function valuesOf(view) {
  const values = {};
  for (const [block, field] of fieldsOf(view)) {
    values[block] = { ...values[block], [field.dataset.actionId]: valueOf(field) };
  }
  return values;
}

function nameOf(block, field) {
  return JSON.stringify([block, field.dataset.actionId, field.dataset.kind]);
}

export function keepFields(part) {
  for (const view of part.querySelectorAll("[data-view]")) {
    const kept = typed.get(view.dataset.view) ?? new Map();
    for (const [block, field] of fieldsOf(view)) {
      if (field.dataset.touched) kept.set(nameOf(block, field), valueOf(field));
    }
    typed.set(view.dataset.view, kept);
  }
}

export function restoreFields(part) {
  for (const view of part.querySelectorAll("[data-view]")) {
    const kept = typed.get(view.dataset.view);
    for (const [block, field] of kept ? fieldsOf(view) : []) {
      const name = nameOf(block, field);
      if (!kept.has(name)) continue;
      fill(field, kept.get(name));
      field.dataset.touched = "true";
    }
  }
}

// The first field that may not stay as it is gets the focus, with what is wrong below.
export function complete(form) {
  let first = null;
  for (const input of form.querySelectorAll(".input")) {
    const field = input.querySelector("[data-kind]");
    const value = field ? valueOf(field) : "";
    const problem = problemOf(input, field, value);
    say(input, problem);
    if (problem) first ??= input;
  }
  first?.querySelector("input, select, textarea").focus({ preventScroll: true });
  first?.scrollIntoView({ block: "nearest" });
  return first === null;
}

function problemOf(input, field, value) {
  if (value.length === 0) {
    return input.dataset.required === undefined ? "" : "Please fill this in.";
  }
  const least = Number(field.getAttribute("minlength") ?? 0);
  return value.length < least ? `Please write at least ${least} characters.` : "";
}

function say(input, problem) {
  input.classList.toggle("wrong", problem !== "");
  input.querySelector(".error").textContent = problem;
}

export function touched(field) {
  field.dataset.touched = "true";
  const input = field.closest(".input.wrong");
  if (input) say(input, "");
}
