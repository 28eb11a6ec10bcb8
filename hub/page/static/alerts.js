// Alerts that want an answer: one big "I'm fine", and what else can be said.

import { find, make, put } from "./dom.js";
import { t, time } from "./words.js";

const ASKED_ABOUT = ["trip", "fall"];
const OVER = ["closed", "expired"];

export function showAlerts(alerts, commands, obey) {
  const section = find("alerts");
  section.hidden = alerts.length === 0;
  const canBeFine = commands.includes("fine") && alerts.some((alert) => alert.can_be_fine);
  const cards = alerts.map((alert) => card(alert, commands));
  put(section, canBeFine ? make("div", {}, make("h2", {}, t("fine_for")), button("fine", "fine", {}, "big")) : null, ...cards);
  section.onclick = (event) => {
    const pressed = event.target.closest("button");
    if (pressed) obey(pressed, pressed.dataset.command, JSON.parse(pressed.dataset.asked));
  };
}

function card(alert, commands) {
  const lines = [alert.count > 1 ? t("times", { n: alert.count }) : null, state(alert), alert.told.length ? t("told", { who: alert.told.join(", ") }) : null];
  const asks = ASKED_ABOUT.includes(alert.rule) && commands.includes("label");
  const answers = [
    commands.includes("acknowledge") && !OVER.includes(alert.state) && alert.state !== "acknowledged" ? button("acknowledge", "acknowledge", { alert: alert.id }) : null,
    asks ? button("real", "label", { alert: alert.id, real: true }) : null,
    asks ? button("false", "label", { alert: alert.id, real: false }) : null,
  ];
  return make("article", { "data-alert": alert.id },
    make("h2", {}, `${t(`rule_${alert.rule}`)}, ${time(alert.happened)}`),
    ...lines.filter(Boolean).map((line) => make("p", {}, line)),
    asks ? make("p", {}, t("was_it")) : null,
    make("div", { class: "answers" }, ...answers));
}

function state(alert) {
  if (OVER.includes(alert.state)) return null;
  if (alert.state === "acknowledged") return alert.answered_by ? t("answered_by", { who: alert.answered_by }) : t("is_acknowledged");
  return alert.told.length ? null : t("is_open");
}

function button(words, command, asked, kind = "") {
  return make("button", { type: "button", class: kind, "data-command": command, "data-asked": JSON.stringify(asked) }, t(words));
}
