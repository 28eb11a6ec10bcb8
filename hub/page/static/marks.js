// The last steps as marks that differ in shape, not in colour.

import { draw, find, make, put } from "./dom.js";
import { t } from "./words.js";

const SHAPES = {
  heel: () => draw("circle", { cx: 12, cy: 13, r: 7 }),
  flat: () => draw("rect", { class: "open", x: 3, y: 10, width: 18, height: 6 }),
  toe: () => draw("path", { class: "open", d: "M12 5 L20 20 L4 20 Z" }),
  unknown: () => draw("text", { x: 8, y: 19 }, "?"),
};
const DRAG = () => draw("path", { class: "open", d: "M2 29 q2.5 -6 5 0 t5 0 t5 0 t5 0" });
const TRIP = () => draw("path", { d: "M2 1 L22 23 M22 1 L2 23", "stroke-width": 3.5 });

export function showMarks(steps) {
  const items = steps.map(markItem);
  put(find("steps"), ...(items.length ? items : [make("li", { class: "none" }, t("marks_none"))]));
}

export function markItem(step) {
  const label = t("step_label", { foot: t(step.side), what: whatHappened(step) });
  return make("li", { class: step.side }, mark(step, { role: "img", "aria-label": label }));
}

export function whatHappened(step) {
  return [t(`strike_${step.strike}`), step.drag && t("drag"), step.trip && t("trip")].filter(Boolean).join(", ");
}

export function showLegend(list = find("legend")) {
  const kinds = [...Object.keys(SHAPES).map((strike) => [{ strike }, t(`strike_${strike}`)]), [{ drag: true }, t("drag")], [{ trip: true }, t("trip")]];
  put(list, ...kinds.map(([step, words]) => make("li", {}, mark(step, { "aria-hidden": "true" }), words)), make("li", {}, t("upper_lower")));
}

export function mark(step, attributes) {
  return draw("svg", { viewBox: step.strike ? "0 0 24 33" : step.drag ? "0 14 24 24" : "0 0 24 24", class: "mark", ...attributes },
    step.strike ? SHAPES[step.strike]() : null, step.drag ? DRAG() : null, step.trip ? TRIP() : null);
}
