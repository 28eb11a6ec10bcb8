// A picture of each exercise: the limb that is meant stands out by width and colour, arrows show the way.

import { draw } from "./dom.js";
import { t } from "./words.js";

const FIGURES = await (await fetch("exercises.json")).json();
const [WIDTH, HEIGHT, FLOOR] = [150, 170, 140];
const FROM_BEHIND = ["stand", "lean_left", "lean_right"];

export function picture(task) {
  const { head, body, active, things, ways } = FIGURES[task];
  const lines = (kind, all) => all.map((points) => draw("polyline", { class: kind, points: points.join(" ") }));
  return draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "exercise", role: "img", "aria-label": t(`task_${task}`) },
    ...lines("thing", [[[8, FLOOR], [WIDTH - 8, FLOOR]], ...things]),
    ...lines("body", body), draw("circle", { class: "head", cx: head[0], cy: head[1], r: 11 }),
    ...lines("active", active), ...ways.map(arrow),
    ...caption(task));
}

function arrow(points) {
  const [[x0, y0], [x, y]] = points.slice(-2);
  const turned = Math.atan2(y - y0, x - x0) * 180 / Math.PI;
  return draw("g", { class: "way" }, draw("polyline", { points: points.join(" ") }),
    draw("path", { d: "M-7 -6 L3 0 L-7 6 Z", transform: `translate(${x} ${y}) rotate(${turned})` }));
}

function caption(task) {
  if (FROM_BEHIND.includes(task)) return [draw("text", { x: WIDTH / 2, y: HEIGHT - 10 }, t("from_behind"))];
  const side = task.split("_").at(-1);
  return ["left", "right"].includes(side) ? [draw("text", { x: WIDTH / 2, y: HEIGHT - 10, class: "side" }, t(side))] : [];
}
