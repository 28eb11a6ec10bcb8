// Parts of the settings' forms.

import { make } from "./dom.js";
import { told } from "./told_by_hub.js";
import { t } from "./words.js";

export function field(words, input, hint = null) {
  return make("label", {}, make("span", {}, words), input, hint && make("small", {}, hint));
}

export function choice(name, options, chosen) {
  const select = make("select", { name }, ...options.map(([value, words]) => make("option", { value }, words)));
  select.value = chosen;
  return select;
}

export function button(words, attributes = {}) {
  return make("button", { type: "button", "data-changes": "", ...attributes }, t(words));
}

// Two times of day; both empty: none.
export function spanFields(quiet, of) {
  const [from, until] = quiet ? quiet.split("-").map((part) => part.trim()) : ["", ""];
  return [["from", from], ["until", until]].map(([name, value]) =>
    make("label", {}, make("span", {}, t(`${of}_${name}`)), make("input", { type: "time", name, value })));
}

export function span(form) {
  const [from, until] = ["from", "until"].map((name) => form.elements[name].value);
  return from || until ? `${from}-${until}` : "";
}

// What stands in the fields of the forms in a place, and how it is put back once they have been made anew.
export function typedIn(place) {
  return fields(place).map((each) => [each.value, each.checked]);
}

export function putBack(place, typed) {
  const anew = fields(place);
  if (anew.length !== typed.length) return;
  anew.forEach((each, n) => {
    [each.value, each.checked] = typed[n];
    each.dispatchEvent(new Event("change"));
  });
}

const fields = (place) => [...place.querySelectorAll("form :is(input, select)")];

// A number that may be left out.
export const optional = (input) => (input.value === "" ? null : Number(input.value));

// Why the hub refuses, in one line.
export function why(error) {
  if (!error.status) return t("not_now");
  if (error.error !== "wrong") return told(error.message);
  const [where, ...said] = error.message.split(": ");
  const words = { field: t(`set_${where.split(".").at(-1)}`), why: told(said.join(": ")) };
  return t(said[0]?.startsWith("Input should be ") ? "set_wrong_so" : "set_wrong", words);
}
