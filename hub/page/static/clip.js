// A clip: the seconds around a trip, played slowly, picture by picture or step by step.

import { make, put, say } from "./dom.js";
import { Foot, Shins } from "./feet.js";
import { mark } from "./marks.js";
import { number, t } from "./words.js";

const SPEEDS = [0.125, 0.25, 0.5, 1];
const BEFORE_S = 2;
const TRAIL_N = 60;
const SIDES = ["left", "right"];

export class Clip {
  constructor(fetchClip) { this.fetchClip = fetchClip; this.clip = null; this.at = 0; this.isPlaying = false; }

  // `events`: the trips and falls that can be looked at, each with what became of its clip.
  element(events) {
    const button = (name, words, press) => {
      const made = make("button", { type: "button", "data-do": name }, t(words));
      made.onclick = press;
      return made;
    };
    const canvases = Object.fromEntries(SIDES.map((side) => [side, make("canvas", { role: "img", width: 10, height: 10 })]));
    const states = Object.fromEntries(SIDES.map((side) => [side, make("span")]));
    const shins = make("ul", { class: "shins" });
    this.message = make("p", { role: "status" });
    this.when = make("p", { class: "when" });
    this.line = make("div", { class: "clip_line", "aria-hidden": "true" });
    this.slider = make("input", { type: "range", min: 0, step: 1, "aria-label": t("clip_position") });
    this.slider.oninput = () => { this.pause(); this.show(Number(this.slider.value)); };
    this.playing = button("play", "clip_play", () => (this.isPlaying ? this.pause() : this.play()));
    this.speed = make("select", {}, ...SPEEDS.map((speed) => make("option", { value: speed }, t("clip_times", { n: number(speed, speed < 1 ? 3 : 0).replace(/0+$/, "") }))));
    this.speed.value = "0.25";
    this.controls = make("div", {},
      make("div", { class: "feet" }, ...SIDES.map((side) => make("figure", {}, canvases[side], make("figcaption", {}, `${t(side)} `, states[side])))),
      shins, this.when, this.line, this.slider,
      make("div", { class: "answers keys" }, this.playing,
        button("back", "clip_back", () => this.step(-1)), button("on", "clip_on", () => this.step(1)),
        button("step_back", "clip_step_back", () => this.toStep(-1)), button("step_on", "clip_step_on", () => this.toStep(1)),
        button("event", "clip_event", () => this.to(this.event.at_s)), button("decision", "clip_decision", () => this.to(this.event.decided_at_s)),
        make("label", {}, `${t("clip_speed")} `, this.speed)),
      make("ul", { class: "legend" }, ...["happened", "decided"].map((name) => make("li", {}, flag(name), t(`clip_${name}`))), make("li", {}, t("clip_steps"))),
      make("p", { class: "quiet" }, t("live_what"), " ", t("clip_what")));
    this.controls.hidden = true;
    this.feet = SIDES.map((side) => new Foot(side, canvases[side], states[side]));
    this.shins = new Shins(shins);
    this.choices = events.map((event, n) => {
      const choice = make("button", { type: "button", "data-event": event.id }, t("clip_of", { n: number(n + 1), what: t(`rule_${event.kind}`) }));
      choice.onclick = () => this.open(event);
      return choice;
    });
    return make("div", { class: "clip" }, events.length > 1 ? make("div", { class: "answers" }, ...this.choices) : null, this.message, this.controls);
  }

  async open(event) {
    this.stop();
    const asked = this.asked = Symbol();
    const isStillAsked = () => this.asked === asked;  // else another was chosen while this one was on its way
    this.controls.hidden = true;
    for (const choice of this.choices) choice.setAttribute("aria-pressed", String(choice.dataset.event === event.id));
    if (event.state !== "kept") return say(this.message, t(`clip_${event.state}`));
    say(this.message, t("loading"));
    let clip;
    try { clip = await this.fetchClip(event.id); }
    catch (error) { return isStillAsked() && say(this.message, t(error.error?.startsWith("clip_") ? error.error : "not_now")); }
    if (!isStillAsked()) return;
    this.clip = clip;
    say(this.message, clip.damage ? t("clip_damaged") : "");
    this.event = clip.events.find((each) => each.id === event.id) ?? clip.events[0];
    this.count = clip.left.cells.length;
    this.slider.max = this.count - 1;
    for (const foot of this.feet) foot.lay(clip.layout[foot.side]);
    this.shins.lay(SIDES.filter((side) => clip.shanks[side].some((angle) => angle !== null)).map((side) => ({ role: `${side}_shin` })));
    this.controls.hidden = false;
    this.draw();
    this.show(this.picture(this.event.at_s) - BEFORE_S * clip.rate_hz);  // whole pictures before, as the words say
  }

  // The line of time: steps of the left foot above, of the right below, the trip and its decision across both.
  draw() {
    const { clip } = this;
    const placed = (at_s, element) => { element.style.left = `${(100 * at_s) / clip.length_s}%`; return element; };
    this.now = make("i", { class: "now" });
    put(this.line);
    this.line.append(
      ...clip.steps.map((step) => placed(step.at_s, make("i", { class: step.side }, mark({ strike: step.strike }, {})))),
      ...clip.events.flatMap((event) => [placed(event.at_s, flag("happened")), placed(event.decided_at_s, flag("decided"))]),
      this.now);
  }

  show(n) {
    this.at = Math.max(0, Math.min(this.count - 1, n));
    const picture = Math.floor(this.at);
    for (const foot of this.feet) {
      const { cells, cop } = this.clip[foot.side];
      foot.labelled = this.isPlaying ? foot.labelled : -Infinity;
      foot.set(cells[picture] ? { cells: cells[picture], cop: cop[picture] } : null, trail(cop, picture));
    }
    this.shins.told = this.isPlaying ? this.shins.told : 0;
    this.shins.show(Object.fromEntries(SIDES.map((side) => [side, this.clip.shanks[side][picture]])));
    this.slider.value = picture;
    this.now.style.left = `${(100 * picture) / this.count}%`;
    const words = this.words(picture);
    this.slider.setAttribute("aria-valuetext", words);
    if (this.when.textContent !== words) this.when.textContent = words;
  }

  words(picture) {
    const [moment, decision] = [this.event.at_s, this.event.decided_at_s].map((at_s) => this.picture(at_s));
    const what = t(`rule_${this.event.kind}`);
    const since_s = (picture - moment) / this.clip.rate_hz;
    const when = since_s === 0 ? t("clip_at_event", { what }) : t(since_s < 0 ? "clip_before" : "clip_after", { what, s: number(Math.abs(since_s), 2) });
    return `${when} ${t(picture >= decision ? "clip_is_decided" : "clip_undecided", { s: number(this.event.decided_at_s - this.event.at_s, 2) })}`;
  }

  picture(at_s) { return Math.round(at_s * this.clip.rate_hz); }

  to(at_s) { this.pause(); this.show(this.picture(at_s)); }

  step(by) { this.pause(); this.show(Math.floor(this.at) + by); }

  toStep(way) {
    const pictures = this.clip.steps.map((step) => this.picture(step.at_s));
    const ahead = pictures.filter((picture) => (way > 0 ? picture > Math.floor(this.at) : picture < Math.floor(this.at)));
    if (ahead.length) this.step((way > 0 ? Math.min(...ahead) : Math.max(...ahead)) - Math.floor(this.at));
  }

  play() {
    if (this.at >= this.count - 1) this.at = 0;
    this.isPlaying = true;
    this.playing.textContent = t("clip_pause");
    let before_ms = performance.now();
    const next = (now_ms) => {
      if (!this.isPlaying) return;
      this.show(this.at + (Math.max(0, now_ms - before_ms) / 1000) * this.clip.rate_hz * Number(this.speed.value));
      before_ms = now_ms;
      if (this.at >= this.count - 1) return this.pause();
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }

  pause() {
    this.isPlaying = false;
    this.playing.textContent = t("clip_play");
  }

  stop() { if (this.clip) this.pause(); }
}

// The gait line of the stance that is on, as far as it has come.
function trail(cop, picture) {
  let first = picture;
  while (first > 0 && picture - first < TRAIL_N && cop[first - 1]) first -= 1;
  return cop[picture] ? cop.slice(first, picture + 1) : [];
}

function flag(name) { return make("i", { class: `flag ${name}`, "aria-hidden": "true" }, name === "happened" ? "✕" : "◆"); }
