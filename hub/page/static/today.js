// Today in numbers, good steps first, and the sensors in words.

import { find, make, put, say } from "./dom.js";
import { told } from "./told_by_hub.js";
import { speed } from "./units.js";
import { number, percent, t } from "./words.js";

const NUMBERS = [["steps", 0], ["walking_min", 0], ["walks", 0], ["speed_mps", 2, speed], ["toe_first_pct", 0, percent], ["drags", 0], ["drags_per_1000_steps", 1], ["slaps", 0], ["trips", 0], ["falls", 0]];

export function showToday(today, affected) {
  if (!today) return;
  const known = today.good_step_pct !== null;
  say(find("good_share"), known ? percent(today.good_step_pct) : "–");
  const of = affected === "left" || affected === "right" ? "good_of" : "good_of_both";
  say(find("good_of"), known ? t(of, { n: number(today.judged_steps) }) : t("good_none"));
  put(find("numbers"), ...NUMBERS.map(([name, digits, write = number]) => {
    const value = today[name];
    const told = value === null ? make("small", {}, t("not_yet")) : write(value, digits);
    return make("div", {}, make("dt", {}, t(`n_${name}`)), make("dd", { "data-number": name }, told));
  }));
  const counted = { gaps: number(today.gaps), losses: number(today.sensor_losses) };
  say(find("quality"), today.coverage_pct === null ? t("quality_unknown", counted) : t("quality_known", { pct: percent(today.coverage_pct), ...counted }));
}

export function showLinks(sensors) {
  put(find("links"), ...sensors.map((sensor) => {
    const words = [t(`s_${sensor.state}`), battery(sensor)];
    if (sensor.rate_hz !== null && sensor.loss_pct >= 1) words.push(t("loss", { pct: percent(sensor.loss_pct) }));
    if (sensor.note) words.push(told(sensor.note));
    return make("li", { "data-state": sensor.state }, make("strong", {}, t(sensor.role)), ": ", words.join("; "));
  }));
}

function battery({ battery_pct: charge, battery_days: days }) {
  if (charge === null) return t("battery_unknown");
  return days === null ? t("battery", { pct: percent(charge) }) : t("battery_days", { pct: percent(charge), days: number(days) });
}
