// Exercises that were done, by kind.

import { find, make, put } from "./dom.js";
import { moment, number, t } from "./words.js";

const COLUMNS = ["e_exercise", "e_times", "e_minutes", "e_last"];

export async function showExercises({ asks }) {
  const { exercises } = await asks("exercises?weeks=8");
  const table = find("done");
  table.parentElement.hidden = exercises.length === 0;
  find("done_none").hidden = exercises.length > 0;
  const kinds = Map.groupBy ? Map.groupBy(exercises, (each) => each.exercise) : grouped(exercises);
  put(table.tHead, make("tr", {}, ...COLUMNS.map((name) => make("th", { scope: "col" }, t(name)))));
  put(table.tBodies[0], ...[...kinds].map(([exercise, those]) => {
    const known_s = those.map((each) => each.duration_s).filter((each) => each !== null);
    const minutes = known_s.length ? number(known_s.reduce((sum, each) => sum + each, 0) / 60) : "–";
    return make("tr", {}, make("th", { scope: "row" }, t(`exercise_${exercise}`)), ...[number(those.length), minutes, moment(those[0].at)].map((each) => make("td", {}, each)));
  }));
}

function grouped(exercises) {
  const kinds = new Map();
  for (const each of exercises) kinds.set(each.exercise, [...(kinds.get(each.exercise) ?? []), each]);
  return kinds;
}
