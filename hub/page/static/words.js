// Texts in the person's language: one file per language, chosen by the browser or by hand.

import { kept, keep } from "./kept.js";
import { learn } from "./told_by_hub.js";

let texts = {};
export let language = "en";
export const languages = await (await fetch("lang/languages.json")).json();

export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// What the hub says to the wearer: in English as it comes, in another language by its key.
const DIGITS = { times: 1, scale: 2 };
export function sentence({ key, values, text }) {
  if (!(`guide_${key}` in texts)) return text;
  const put = ([name, value]) => [name, typeof value === "number" ? number(value, DIGITS[name]) : t(`guide_value_${value.replaceAll(" ", "_")}`)];
  return t(`guide_${key}`, Object.fromEntries(Object.entries(values).map(put)));
}

export async function speak(wanted) {
  const asked = [wanted, kept("language"), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  language = asked.find((tag) => tag in languages) ?? "en";
  if (wanted) keep("language", wanted);
  const [said, hub] = await Promise.all(["", "hub-"].map(async (kind) => (await fetch(`lang/${kind}${language}.json`)).json()));
  texts = said;
  learn(hub);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
}

// The person's own way to write numbers and times, where their browser speaks the page's language.
const manner = () => navigator.languages.find((tag) => tag.slice(0, 2) === language) ?? language;

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(manner(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Number(value.toFixed(digits)) || 0);
export const percent = (value, digits = 0) => `${number(value, digits)} %`;
export const time = (iso) =>
  new Intl.DateTimeFormat(manner(), { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
// Aids as the journal writes them: none, brace, brace+stick.
export const aidsInWords = (aids) => aids.split("+").map((aid) => t(`aid_${aid === "none" ? "nothing" : aid}`)).join(" + ");
export const clock = (iso) => new Intl.DateTimeFormat(manner(), { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
export const moment = (iso) =>
  new Intl.DateTimeFormat(manner(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
export const day = (iso) =>
  new Intl.DateTimeFormat(manner(), { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${iso}T00:00Z`));
