// The walks of a day, each to be opened.

import { find, make, put } from "./dom.js";
import { aidsInWords, clock, day, number, percent, t } from "./words.js";

export async function chooseDay(days, place) {
  const select = find("walks_day");
  const { day: today } = await place.asks("walks");
  const walked = days.filter((each) => each.walks > 0 && each.day !== today).map((each) => each.day).reverse();
  const chosen = select.value;
  put(select, make("option", { value: "" }, t("today")), ...walked.map((date) => make("option", { value: date }, day(date))));
  select.value = walked.includes(chosen) ? chosen : "";
  select.onchange = () => showWalks(place, select.value);
  await showWalks(place, select.value);
}

async function showWalks(place, date) {
  const { walks } = await place.asks(date ? `walks?day=${date}` : "walks");
  put(find("walks"), ...(walks.length ? walks.map(item).reverse() : [make("li", {}, t("walks_none"))]));
}

function item(walk) {
  const facts = [t("steps_n", { n: number(walk.steps) })];
  if (walk.toe_first_pct !== null) facts.push(t("toes_pct", { pct: percent(walk.toe_first_pct) }));
  facts.push(t("drags_n", { n: number(walk.drags) }));
  if (walk.trips) facts.push(t("trips_n", { n: number(walk.trips) }));
  if (walk.aids) facts.push(aidsInWords(walk.aids));
  facts.push(t("seen_pct", { pct: percent(walk.coverage_pct) }));
  const title = t("walk_at", { when: clock(walk.began), min: number(walk.duration_s / 60, walk.duration_s < 600 ? 1 : 0) });
  return make("li", {}, make("a", { href: `#history/walk/${encodeURIComponent(walk.id)}` }, title), make("span", {}, facts.join(" · ")));
}
