// The guided calibration: the hub leads, judges and counts; this shows it, says it, and asks.

import { find, make, put, say } from "./dom.js";
import { picture } from "./exercises.js";
import { Voice } from "./voice.js";
import { number, percent, sentence, t } from "./words.js";

const RUNS = ["doing", "refused", "timing"];
const OVER = ["ended", "stopped"];

export class Calibration {
  constructor(obey) {
    this.voice = new Voice("cal_voice");
    this.told = null;
    this.spoken = "";
    const asks = { cal_full: { do: "start" }, cal_zero: { do: "start", re_zero: true }, cal_again: { do: "again" }, cal_mark: { do: "mark" }, cal_skip: { do: "skip" }, cal_stop: { do: "stop" }, cal_untimed: { do: "finish" } };
    for (const [id, asked] of Object.entries(asks)) find(id).onclick = () => obey(find(id), "calibrate", asked);
    find("cal_times").onsubmit = (event) => {
      event.preventDefault();
      obey(find("cal_timed"), "calibrate", { do: "took", seconds: [Number(find("cal_seconds").value)] });
    };
  }

  show(told) {
    const before = this.told;
    this.told = told;
    this.redraw();
    const [ran, runs] = [RUNS.includes(before?.state), RUNS.includes(told.state)];
    if (!ran && runs && this.isSeen) find("cal_task").focus();
    if (ran && !runs && this.isSeen) find("cal_result").focus();
    this.speak(before);
  }

  get isSeen() { return !find("calibration").hidden; }

  // Sensors that must send before it can begin.
  waitFor(silent) {
    say(find("cal_silent"), silent.length ? t("cal_silent", { sensors: silent.join(", ") }) : "");
    for (const id of ["cal_full", "cal_zero"]) find(id).disabled = silent.length > 0;
  }

  redraw() {
    const told = this.told;
    if (!told) return;
    this.voice.label();
    const runs = RUNS.includes(told.state);
    find("cal_begin").hidden = runs;
    find("cal_task").hidden = !runs;
    find("cal_felt").hidden = !runs;
    find("cal_result").hidden = !OVER.includes(told.state);
    if (runs) this.showTask(told);
    else this.showResult(told);
    put(find("cal_list"), ...told.exercises.map((exercise) => entry(exercise, exercise.task === told.task)));
  }

  showTask(told) {
    const n = told.exercises.findIndex((exercise) => exercise.task === told.task) + 1;
    const timing = told.state === "timing";
    say(find("cal_number"), timing ? t("cal_timing") : t("cal_number", { n: number(n), of: number(told.exercises.length), task: t(`task_${told.task}`) }));
    put(find("cal_picture"), timing ? null : picture(told.task));
    say(find("cal_do"), timing ? t("cal_timing_how") : sentence(told.instruction));
    say(find("cal_why"), told.state === "refused" ? sentence(told.said) : "");
    say(find("cal_soon"), told.state === "refused" ? t("cal_again_in", { n: number(told.again_s ?? 0) }) : "");
    say(find("cal_said"), told.state === "doing" && told.said ? sentence(told.said) : "");
    find("cal_done").hidden = told.state !== "doing";
    find("cal_done").value = told.done_pct;
    find("cal_again").hidden = told.state !== "refused";
    for (const id of ["cal_mark", "cal_mark_what"]) find(id).hidden = told.task !== "walk" || told.state !== "doing";
    find("cal_skip").hidden = timing;
    find("cal_times").hidden = !timing;
    const feet = Object.entries(told.feet).filter(([, felt]) => felt);
    const legs = Object.entries(told.legs).filter(([, felt]) => felt);
    put(find("cal_feels"),
      ...feet.map(([side, felt]) => make("li", {}, make("strong", {}, t(`cal_foot_${side}`)), ": ", t("cal_load", { words: sentence(felt.words), pct: percent(felt.load_pct) }))),
      ...legs.map(([side, felt]) => make("li", {}, make("strong", {}, t(`${side}_shin`)), `: ${sentence(felt.words)}`)));
  }

  showResult(told) {
    if (!OVER.includes(told.state)) return;
    say(find("cal_end"), t(`cal_${told.state}`));
    const words = told.state === "stopped" ? [told.said] : told.found;
    put(find("cal_found"), ...words.filter(Boolean).map((each) => make("li", {}, sentence(each))));
  }

  // What is new: how an exercise went, what to do next, why it was refused, what came of it all.
  speak(before) {
    const told = this.told;
    const key = JSON.stringify([told.state, told.task, told.state === "refused" ? told.said.key : ""]);
    if (key === this.spoken) return;
    this.spoken = key;
    if (!this.isSeen || !before) return;
    const went = told.exercises.filter((exercise, n) => exercise.mark === "done" && before.exercises[n]?.mark !== "done").map((exercise) => sentence(exercise.said));
    const next = { doing: () => [sentence(told.instruction)], refused: () => [sentence(told.said)], timing: () => [t("cal_timing_how")], ended: () => told.found.map(sentence), stopped: () => [sentence(told.said)], none: () => [] };
    const text = [...went, ...next[told.state]()].join(" ");
    say(find("cal_told"), text);
    this.voice.say(text);
  }

  leave() { this.voice.hush(); }
}

function entry({ task, mark, said }, isNow) {
  const state = isNow ? t("cal_now") : mark ? sentence(said) : t("cal_to_come");
  return make("li", { "data-mark": isNow ? "now" : mark ?? "none", ...(isNow ? { "aria-current": "step" } : {}) }, make("strong", {}, t(`task_${task}`)), `: ${state}`);
}
