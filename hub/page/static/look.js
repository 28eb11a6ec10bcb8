// Colours, text size, units and language, as this browser remembers them; the last choice can be taken back.

import { find, make, put } from "./dom.js";
import { kept, keep } from "./kept.js";
import { UNITS, units } from "./units.js";
import { language, languages, speak, t } from "./words.js";

const CHOICES = { theme: ["auto", "light", "dark", "contrast"], size: ["normal", "large", "huge"], units: UNITS };
const FORMER = "look_former";

// `redraw` is called when what the page says is to be said otherwise.
export function look(redraw) {
  for (const [name, choices] of Object.entries(CHOICES))
    offer(name, choices.map((choice) => make("option", { value: choice }, t(`${name}_${choice}`))), redraw);
  offer("language", Object.entries(languages).map(([tag, name]) => make("option", { value: tag, lang: tag }, name)), redraw);
  for (const name of ["theme", "size"]) {
    if (chosen(name) === CHOICES[name][0]) delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = chosen(name);
  }
  find("look_undo").hidden = kept(FORMER) === null;
  find("look_undo").onclick = () => { const { name, value } = JSON.parse(kept(FORMER)); choose(name, value, redraw); };
}

function offer(name, options, redraw) {
  put(find(name), ...options);
  find(name).value = chosen(name);
  find(name).onchange = () => choose(name, find(name).value, redraw);
}

function chosen(name) {
  if (name === "language") return language;
  if (name === "units") return units();
  return CHOICES[name].includes(kept(name)) ? kept(name) : CHOICES[name][0];
}

async function choose(name, value, redraw) {
  keep(FORMER, JSON.stringify({ name, value: chosen(name) }));
  if (name === "language") await speak(value);
  else keep(name, value);
  look(redraw);
  redraw();
}
