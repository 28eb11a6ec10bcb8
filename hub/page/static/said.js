// What the person says of today: aids that are on, notes, pain. One tap each.

import { find, make, put } from "./dom.js";
import { number, t } from "./words.js";

const AIDS = ["brace", "stimulator", "stick", "other"];
const NOTES = ["stairs", "outside", "tired", "unsure", "new_shoes"];
const MOST_PAIN = 10;

export function showSaid(aids, commands, obey) {
  find("said_of").hidden = !["aid", "note"].some((name) => commands.includes(name));
  find("aids").parentElement.hidden = !commands.includes("aid");
  find("notes").parentElement.hidden = !commands.includes("note");
  put(find("aids"),
    ...AIDS.map((aid) => toggle(t(`aid_${aid}`), (aids ?? []).includes(aid), { aid, on: !(aids ?? []).includes(aid) })),
    toggle(t("aid_nothing"), aids !== null && aids.length === 0, { aid: "nothing" }));
  put(find("notes"), ...NOTES.map((tag) => button(t(`note_${tag}`), "note", { tags: [tag] })));
  const pains = Array.from({ length: MOST_PAIN + 1 }, (_, pain) => button(number(pain), "note", { pain }, { "aria-label": t("pain_label", { n: number(pain) }) }));
  put(find("pains"), ...pains);
  find("said_of").onclick = (event) => {
    const pressed = event.target.closest("button");
    if (pressed) obey(pressed, pressed.dataset.command, JSON.parse(pressed.dataset.asked));
  };
}

function toggle(words, isOn, asked) {
  return button(words, "aid", asked, { "aria-pressed": String(isOn) });
}

function button(words, command, asked, attributes = {}) {
  return make("button", { type: "button", "data-command": command, "data-asked": JSON.stringify(asked), ...attributes }, words);
}
