// Both feet from above, toes up: each cell as a spot that grows with its load, the centre of pressure and its trail.

import { draw, find, make, put, say } from "./dom.js";
import { number, t } from "./words.js";

const OUTLINE = [[0.47, 0.01], [0.78, 0.06], [0.84, 0.3], [0.92, 0.55], [0.99, 0.72], [0.9, 0.86], [0.62, 0.95], [0.33, 0.99], [0.09, 0.93], [0.02, 0.74], [0.16, 0.55], [0.22, 0.32], [0.15, 0.09]];
const LABEL_MS = 2000;
const TRAIL_N = 60;

export class Foot {
  constructor(side, canvas = find(side), state = find(`${side}_state`)) {
    this.side = side;
    this.canvas = canvas;
    this.state = state;
    this.cells = [];
    this.trail = [];
    this.frame = null;
    this.labelled = 0;
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  lay(cells) { this.cells = cells; this.trail = []; }

  show(frame) {
    if (frame?.cop) {
      if (!this.frame?.cop) this.trail = [];
      this.trail = [...this.trail.slice(1 - TRAIL_N), frame.cop];
    }
    if (!frame) this.trail = [];
    this.set(frame, this.trail);
  }

  set(frame, trail) {
    this.trail = trail;
    this.frame = frame;
    this.label();
    requestAnimationFrame(() => this.draw());
  }

  // In words, now and then: a screen reader can ask for it, and is not told 25 times a second.
  label() {
    const words = this.words();
    const now = performance.now();
    if (now - this.labelled < LABEL_MS && (this.frame !== null) === this.wasThere) return;
    this.labelled = now;
    this.wasThere = this.frame !== null;
    this.canvas.setAttribute("aria-label", t("foot_label", { foot: t(this.side), state: words }));
    say(this.state, this.frame ? "" : `– ${words}`);
  }

  words() {
    if (!this.frame) return t("no_insole");
    if (!this.frame.cop) return t("foot_up");
    const most = this.frame.cells.indexOf(Math.max(...this.frame.cells));
    return t(`region_${this.cells[most]?.region ?? "midfoot"}`);
  }

  draw() {
    const scale = devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth * scale, this.canvas.clientHeight * scale];
    if (!width) return;
    if (this.canvas.width !== Math.round(width) || this.canvas.height !== Math.round(height)) [this.canvas.width, this.canvas.height] = [Math.round(width), Math.round(height)];
    const pen = this.canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    const [ink, line, load, card] = ["--ink", "--line", "--load", "--card"].map((name) => style.getPropertyValue(name));
    const at = ([x, y]) => [(0.05 + 0.9 * (this.side === "right" ? x : 1 - x)) * width, (0.98 - 0.96 * y) * height];
    pen.clearRect(0, 0, width, height);
    pen.lineWidth = 2 * scale;
    pen.strokeStyle = line;
    pen.setLineDash(this.frame ? [] : [6 * scale, 6 * scale]);
    this.outline(pen, at);
    pen.setLineDash([]);
    if (!this.frame) return;
    const most = 0.19 * width;
    this.cells.forEach((cell, n) => {
      const middle = at([cell.x, cell.y]);
      circle(pen, middle, 0.028 * width);
      pen.stroke();
      circle(pen, middle, most * Math.sqrt((this.frame.cells[n] ?? 0) / 100));
      pen.fillStyle = load;
      pen.fill();
    });
    this.gait(pen, at, scale, ink, card);
  }

  outline(pen, at) {
    const middle = (n) => OUTLINE[n].map((part, axis) => (part + OUTLINE[(n + 1) % OUTLINE.length][axis]) / 2);
    pen.beginPath();
    pen.moveTo(...at(middle(OUTLINE.length - 1)));
    OUTLINE.forEach((corner, n) => pen.quadraticCurveTo(...at(corner), ...at(middle(n))));
    pen.stroke();
  }

  gait(pen, at, scale, ink, card) {
    const stroke = (width, colour) => { pen.lineWidth = width * scale; pen.strokeStyle = colour; pen.stroke(); };
    pen.beginPath();
    this.trail.forEach((cop) => pen.lineTo(...at(cop)));
    stroke(6, card);
    stroke(3, ink);
    if (!this.frame.cop) return;
    const [x, y] = at(this.frame.cop);
    const arm = 11 * scale;
    pen.beginPath();
    pen.moveTo(x - arm, y); pen.lineTo(x + arm, y);
    pen.moveTo(x, y - arm); pen.lineTo(x, y + arm);
    stroke(8, card);
    stroke(4, ink);
  }
}

function circle(pen, [x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}

// The shins that are measured, each as a leaning line from the knee down, seen from the right, with its angle.
export class Shins {
  constructor(list = find("shins")) { this.list = list; this.sides = []; this.told = 0; }

  lay(sensors) {
    this.sides = sensors.filter((sensor) => sensor.role.endsWith("_shin")).map((sensor) => sensor.role.split("_")[0]);
    this.lines = {};
    this.texts = {};
    put(this.list, ...this.sides.map((side) => make("li", { "data-side": side }, picture(), make("span"))));
    for (const item of this.list.children) {
      this.lines[item.dataset.side] = item.querySelector(".shin");
      this.texts[item.dataset.side] = item.querySelector("span");
    }
  }

  show(shank) {
    const tell = performance.now() - this.told > 200;
    for (const side of this.sides) {
      const angle = shank?.[side] ?? null;
      this.lines[side].setAttribute("visibility", angle === null ? "hidden" : "visible");
      if (angle !== null) this.lines[side].setAttribute("transform", `rotate(${-angle} 34 5)`);
      if (tell) say(this.texts[side], angle === null ? t("shin_unknown", { shin: t(`${side}_shin`) }) : t("shin", { shin: t(`${side}_shin`), angle: number(angle) }));
    }
    if (tell) this.told = performance.now();
  }
}

function picture() {
  return draw("svg", { viewBox: "0 0 68 50", "aria-hidden": "true" },
    draw("line", { class: "upright", x1: 34, y1: 2, x2: 34, y2: 48 }), draw("line", { class: "shin", x1: 34, y1: 5, x2: 34, y2: 44 }));
}
