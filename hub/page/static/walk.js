// One walk: as a whole, by the minute, and the steps of a minute. Shapes and words tell apart, colour only helps.

import { make, put } from "./dom.js";
import { mark, markItem, showLegend, whatHappened } from "./marks.js";
import { told as inWords } from "./told_by_hub.js";
import { speed } from "./units.js";
import { aidsInWords, moment, number, percent, t } from "./words.js";

const STRIKES = ["heel", "flat", "toe", "unknown"];
const MEASURES = { toe_first_pct: [0, "%"], swing_time_s: [2, "s"], shank_range_deg: [0, "°"] };
const MINUTE_S = 60;

export async function openWalk(section, id, { asks }, back) {
  const opened = await asks(`walks/${encodeURIComponent(id)}`);
  const minute = make("div", { id: "minute", role: "group", "aria-labelledby": "minute_title" });
  const wide = (title, ...children) => make("div", { class: "wide", tabindex: 0, role: "group", "aria-labelledby": title }, ...children);
  put(section, back(),
    make("h2", { id: "walk_title", tabindex: -1 }, t("walk_title", { when: moment(opened.walk.began) })),
    numbers(opened),
    make("h3", { id: "fatigue_title" }, t("fatigue_title")),
    wide("fatigue_title", fatigue(opened)),
    make("p", { class: "quiet" }, t("fatigue_what", { min: number(opened.fatigue_least_min) })),
    make("h3", { id: "course_title" }, t("course_title")),
    wide("course_title", course(opened)),
    legend(),
    make("p", { class: "quiet" }, t("course_what")),
    minute,
    make("h3", {}, t("troubles_title")),
    troubles(opened.troubles),
    opened.absent ? make("details", {}, make("summary", {}, t("absent_title")), make("ul", { class: "rows" }, ...opened.absent.split("; ").map((why) => make("li", {}, inWords(why))))) : null);
  const show = (n, focus) => { showMinute(minute, opened, n, show); if (focus) minute.querySelector("h3").focus(); };
  section.querySelector("#course").onclick = (event) => {
    const pressed = event.target.closest("button");
    if (pressed) show(Number(pressed.dataset.minute), true);
  };
  show(0, false);
}

function numbers({ walk, judged, good, kept_steps }) {
  const known = (value, told) => (value === null ? make("small", {}, t("not_known")) : told(value));
  const rows = [
    ["n_steps", number(walk.steps)],
    ["n_walking_min", number(walk.duration_s / MINUTE_S, 1)],
    ["h_good", known(judged ? (100 * good) / judged : null, percent)],
    ["n_toe_first_pct", known(walk.toe_first_pct, percent)],
    ["n_drags", number(walk.drags)],
    ["n_trips", number(walk.trips)],
    ["n_cadence", known(walk.cadence_spm, number)],
    ["n_speed", known(walk.speed_mps, speed)],
    ["n_aids", known(walk.aids, aidsInWords)],
    ["n_coverage", percent(walk.coverage_pct)],
  ];
  const list = make("dl", { class: "numbers" }, ...rows.map(([name, told]) => make("div", {}, make("dt", {}, t(name)), make("dd", {}, told))));
  const part = kept_steps < walk.steps ? make("p", { class: "quiet" }, t("steps_kept", { n: number(kept_steps), all: number(walk.steps) })) : null;
  return make("div", {}, list, part);
}

function fatigue({ fatigue: measures, walk, fatigue_least_min }) {
  const row = ({ measure, first, last, per_min, onset_min }) => {
    const [digits, unit] = MEASURES[measure];
    const told = (value, more = 0) => (value === null ? "–" : unit === "%" ? percent(value, digits + more) : `${number(value, digits + more)} ${unit}`);
    const steady = walk.duration_s < MINUTE_S * fatigue_least_min ? "too_short" : first === null ? "not_known" : "steady";
    const begun = onset_min === null ? t(steady) : t("from_minute", { n: number(onset_min, 1) });
    return make("tr", {}, make("th", { scope: "row" }, t(`f_${measure}`)), ...[told(first), told(last), told(per_min, 1), begun].map((cell) => make("td", {}, cell)));
  };
  return table("fatigue", ["f_measure", "f_first", "f_last", "f_per_min", "f_onset"], measures.map(row));
}

function course({ minutes }) {
  const row = (minute, n) => {
    const judged = minute.heel + minute.flat + minute.toe;
    const press = make("button", { type: "button", "data-minute": n, "aria-label": t("open_minute", { n: n + 1 }) }, number(n + 1));
    const cells = [
      number(minute.steps), strikes(minute), judged ? percent((100 * minute.good) / judged) : "–", number(minute.drags), number(minute.trips),
      minute.shank_deg === null ? "–" : `${number(minute.shank_deg)}°`, percent(minute.seen_pct)];
    return make("tr", {}, make("th", { scope: "row" }, press), ...cells.map((cell) => make("td", {}, cell)));
  };
  return table("course", ["c_minute", "n_steps", "c_strikes", "h_good", "n_drags", "n_trips", "c_shank", "c_seen"], minutes.map(row));
}

// A bar whose parts differ in pattern, and the same in words.
function strikes(minute) {
  const all = STRIKES.reduce((sum, name) => sum + minute[name], 0);
  if (!all) return "–";
  const bar = make("span", { class: "strikes", "aria-hidden": "true" }, ...STRIKES.filter((name) => minute[name]).map((name) => {
    const part = make("span", { class: name });
    part.style.flexGrow = minute[name];
    return part;
  }));
  const words = STRIKES.filter((name) => minute[name]).map((name) => `${t(`strike_${name}`)} ${number(minute[name])}`).join(", ");
  return make("span", {}, bar, make("small", {}, words));
}

function showMinute(place, opened, n, show) {
  const { steps, minutes } = opened;
  const own = steps.at_s.map((_, k) => k).filter((k) => Math.min(Math.floor(steps.at_s[k] / MINUTE_S), minutes.length - 1) === n);
  const step = (k) => ({ side: steps.side[k], strike: steps.strike[k], drag: steps.drag[k], trip: steps.trip[k] });
  const turn = (to, words) => {
    const button = make("button", { type: "button", ...(minutes[to] ? {} : { disabled: "" }) }, t(words));
    button.onclick = () => show(to, true);
    return button;
  };
  place.replaceChildren(
    make("h3", { id: "minute_title", tabindex: -1 }, t("minute_title", { n: number(n + 1) })),
    make("div", { class: "answers" }, turn(n - 1, "minute_before"), turn(n + 1, "minute_after")),
    own.length ? make("ol", { class: "steps" }, ...own.map((k) => markItem(step(k)))) : make("p", {}, t("minute_empty")),
    make("div", { class: "wide tall", tabindex: 0, role: "group", "aria-labelledby": "minute_title" },
      table("steps_of", ["s_time", "s_foot", "s_landed", "s_lead", "s_shank", "s_good"], own.map((k) => stepRow(steps, k, step(k))))));
}

function stepRow(steps, k, step) {
  const lead = steps.lead_ms[k] === null ? "–" : `${number(steps.lead_ms[k])} ms`;
  const good = steps.good[k] === null ? "–" : t(steps.good[k] ? "yes" : "no");
  const landed = make("span", { class: "landed" }, mark({ strike: step.strike, drag: step.drag, trip: step.trip }, { "aria-hidden": "true" }), whatHappened(step));
  const angle = steps.shank_deg[k] === null ? "–" : `${number(steps.shank_deg[k])}°`;
  return make("tr", {}, make("th", { scope: "row" }, time(steps.at_s[k])), ...[t(steps.side[k]), landed, lead, angle, good].map((cell) => make("td", {}, cell)));
}

function troubles(found) {
  if (!found.length) return make("p", {}, t("troubles_none"));
  const words = ({ at_s, sensor, issue, duration_s, reason }) => [
    `${time(at_s)} `, make("strong", {}, t(`q_${issue}`)), sensor ? `, ${t(sensor)}` : "", duration_s === null ? "" : `, ${number(duration_s, 1)} s`,
    make("small", {}, inWords(reason))];
  return make("ul", { class: "rows" }, ...found.map((each) => make("li", {}, ...words(each))));
}

function legend() {
  const list = make("ul", { class: "legend", "aria-label": t("legend") });
  showLegend(list);
  return list;
}

function table(id, columns, rows) {
  return make("table", { id }, make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, t(name))))), make("tbody", {}, ...rows));
}

function time(at_s) {
  const tenths = Math.round(at_s * 10);
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}.${tenths % 10}`;
}
