// The last weeks: a bar per day, a row per week.

import { find, make, put, say } from "./dom.js";
import { day, number, percent, t } from "./words.js";

const DAY_MS = 24 * 3600 * 1000;
const COLUMNS = ["week", "good", "days", "walks", "minutes", "drags", "trips", "falls"];

export function showWeeks(days) {
  find("history_none").hidden = days.length > 0;
  find("weeks").hidden = days.length === 0;
  showBars(days);
  put(find("weeks").tHead, make("tr", {}, ...COLUMNS.map((name) => make("th", { scope: "col" }, t(`h_${name}`)))));
  put(find("weeks").tBodies[0], ...[...byWeek(days)].reverse().map(([monday, those]) => row(monday, those)));
}

function showBars(days) {
  const bars = find("bars");
  const judged = days.filter((each) => each.good_step_pct !== null);
  find("shares").hidden = judged.length === 0;
  if (judged.length === 0) return;
  const at = new Map(days.map((each) => [each.day, each.good_step_pct]));
  const [first, last] = [judged[0].day, judged.at(-1).day];
  const dates = [];
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += DAY_MS) dates.push(new Date(ms).toISOString().slice(0, 10));
  bars.replaceChildren(...dates.map((date) => {
    const bar = make("div", { "data-day": date });
    bar.style.height = `${at.get(date) ?? 0}%`;
    return bar;
  }));
  const shares = judged.map((each) => each.good_step_pct);
  say(find("shares").querySelector("figcaption"), t("history_bars", { first: day(first), last: day(last), low: percent(Math.min(...shares)), high: percent(Math.max(...shares)) }));
}

function byWeek(days) {
  const weeks = new Map();
  for (const each of days) {
    const date = new Date(`${each.day}T00:00Z`);
    const monday = new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
    weeks.set(monday, [...(weeks.get(monday) ?? []), each]);
  }
  return weeks;
}

function row(monday, days) {
  const sum = (name) => days.reduce((total, each) => total + each[name], 0);
  const judged = days.filter((each) => each.good_step_pct !== null);
  const steps = judged.reduce((total, each) => total + each.judged_steps, 0);
  const good = judged.reduce((total, each) => total + each.good_step_pct * each.judged_steps, 0) / steps;
  const cells = [steps ? percent(good) : "–", days.length, ...["walks", "walking_min", "drags", "trips", "falls"].map((name) => number(sum(name)))];
  return make("tr", {}, make("th", { scope: "row" }, day(monday)), ...cells.map((cell) => make("td", {}, String(cell))));
}
