// Trips and falls: the list, and one of them with its clip, what was said of it, and what can be said.

import { Clip } from "./clip.js";
import { find, make, put } from "./dom.js";
import { moment, t } from "./words.js";

const SAID = { true: "said_real", false: "said_false", null: "said_nothing" };

export async function showIncidents({ asks }) {
  const { incidents } = await asks("incidents?weeks=8");
  put(find("incidents"), ...(incidents.length ? incidents.map(item) : [make("li", {}, t("incidents_none"))]));
}

function item(incident) {
  const facts = [incident.count > 1 ? t("times", { n: incident.count }) : null, t(SAID[incident.real])].filter(Boolean);
  return make("li", {}, make("a", { href: `#history/incident/${encodeURIComponent(incident.id)}` }, title(incident)), make("span", {}, facts.join(" · ")));
}

const title = (incident) => `${t(`rule_${incident.rule}`)}, ${moment(incident.happened)}`;

export async function openIncident(section, id, place, back) {
  const path = `incidents/${encodeURIComponent(id)}`;
  const opened = await place.asks(path);
  const clip = new Clip((event) => place.asks(`${path}/clips/${encodeURIComponent(event)}`));
  const answers = make("div", {});
  put(section, back(), make("h2", { id: "incident_title", tabindex: -1 }, title(opened.incident)));
  section.append(clip.element(opened.events), answers);
  showAnswers(answers, opened, place, () => place.asks(path));
  await clip.open(opened.events[0]);
  return () => clip.stop();
}

function showAnswers(element, opened, place, again) {
  const { incident, notes, label_note, answered_by } = opened;
  const tell = async (button, command, asked) => {
    await place.obey(button, command, { alert: incident.id, ...asked });
    showAnswers(element, await again(), place, again);
  };
  const label = (words, real) => {
    const button = make("button", { type: "button", "aria-pressed": String(incident.real === real) }, t(words));
    button.onclick = () => tell(button, "label", { real, note: label_note });
    return button;
  };
  const mayLabel = place.commands.includes("label");
  element.replaceChildren(
    make("h3", { id: "was_it" }, t("was_it")),
    mayLabel ? make("div", { class: "answers", role: "group", "aria-labelledby": "was_it" }, label("real", true), label("false", false)) : make("p", {}, t(SAID[incident.real])),
    make("p", { class: "quiet" }, answered_by ? t("answered_by", { who: answered_by }) : "", label_note ? ` ${label_note}` : ""),
    make("h3", {}, t("notes_of")),
    notes.length ? make("ul", { class: "rows" }, ...notes.map(noteItem)) : make("p", {}, t("notes_none")),
    ...(place.commands.includes("note") ? [noteForm(tell)] : []));
}

function noteItem({ at, text, tags }) {
  const words = tags.map((tag) => (t(`note_${tag}`) === `note_${tag}` ? tag : t(`note_${tag}`)));
  return make("li", {}, `${moment(at)}: ${[text, words.join(", ")].filter(Boolean).join(" – ")}`);
}

function noteForm(tell) {
  const input = make("input", { id: "note_text", maxlength: 500, required: "", autocomplete: "off" });
  const button = make("button", {}, t("note_do"));
  const form = make("form", { class: "note" }, make("label", { for: "note_text" }, t("note_what")), input, button);
  form.onsubmit = (event) => { event.preventDefault(); if (input.value.trim()) tell(button, "note", { text: input.value.trim() }); };
  return form;
}
