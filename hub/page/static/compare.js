// Walks with one aid against walks with another, and what difference counts.

import { find, make, put, say } from "./dom.js";
import { speed } from "./units.js";
import { aidsInWords, number, percent, t } from "./words.js";

const WRITTEN = { toe_first_pct: [0, percent], toe_drags_per_1000_steps: [1, number], speed_mps: [2, speed], cadence_spm: [0, number], step_time_symmetry_pct: [1, percent], swing_time_symmetry_pct: [1, percent] };

export async function showAids({ asks }) {
  const { aids, least_days } = await asks("aids?weeks=8");
  const table = find("compare");
  table.parentElement.hidden = aids.length === 0;
  say(find("compare_none"), aids.length === 0 ? t("compare_none") : aids.length === 1 ? t("compare_one") : "");
  if (!aids.length) return;
  const head = (each) => make("th", { scope: "col" }, aidsInWords(each.aids), make("small", {}, t("compare_of", { days: number(each.days), walks: number(each.walks) })), each.is_reference ? make("small", {}, t("compare_reference")) : null);
  put(table.tHead, make("tr", {}, make("th", { scope: "col" }, t("f_measure")), ...aids.map(head)));
  put(table.tBodies[0], ...aids[0].measures.map(({ measure }, n) =>
    make("tr", {}, make("th", { scope: "row" }, t(`m_${measure}`)), ...aids.map((each) => cell(each.measures[n], each.is_reference, least_days)))));
}

function cell({ measure, mean, difference, detectable, verdict }, isReference, least_days) {
  const [digits, write] = WRITTEN[measure];
  const told = (value) => write(value, digits);
  if (mean === null) return make("td", {}, "–");
  const words = verdict && t(`verdict_${verdict}`, { by: told(Math.abs(difference ?? 0)), from: detectable === null ? "" : told(detectable), n: number(least_days) });
  return make("td", verdict ? { "data-verdict": verdict } : {}, told(mean), isReference || !words ? null : make("small", {}, words));
}
