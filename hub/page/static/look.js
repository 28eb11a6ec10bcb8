// Colours and text size, as this browser remembers them.

import { find, make, put } from "./dom.js";
import { kept, keep } from "./kept.js";
import { t } from "./words.js";

const CHOICES = { theme: ["auto", "light", "dark", "contrast"], size: ["normal", "large", "huge"] };

export function look() {
  for (const [name, choices] of Object.entries(CHOICES)) {
    const chosen = choices.includes(kept(name)) ? kept(name) : choices[0];
    if (chosen === choices[0]) delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = chosen;
    put(find(name), ...choices.map((choice) => make("option", { value: choice }, t(`${name}_${choice}`))));
    find(name).value = chosen;
    find(name).onchange = () => { keep(name, find(name).value); look(); };
  }
}
