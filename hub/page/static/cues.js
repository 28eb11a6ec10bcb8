// Sounds at steps through this browser, once somebody has tapped: browsers let no page sound by itself.

import { find, say } from "./dom.js";
import { keep, kept } from "./kept.js";
import { number, t } from "./words.js";

const LATEST_S = 0.7;  // after its contact, as in the hub: what a slow network brings later says nothing of this step
const FORGET_S = 1e-5;  // of the quickest frame so far, with each frame: clocks drift
const KINDS = ["good_step", "toe_first"];
const TAPS = ["pointerdown", "keydown"];

export class Loudspeaker {
  constructor() {
    this.button = find("loud");
    this.button.onclick = (event) => { event.stopPropagation(); this.context ? this.off() : this.on(); };
    this.tapped = (event) => { if (!this.button.contains(event.target)) this.on(); };
    this.quickest = Infinity;
    if (kept("loud") === "on") this.waitForTap(true);
  }

  get isOn() { return this.context !== undefined; }

  waitForTap(waits) {
    this.waits = waits;
    for (const tap of TAPS) (waits ? addEventListener : removeEventListener)(tap, this.tapped);
  }

  async on() {
    this.waitForTap(false);
    keep("loud", "on");
    const context = this.context = new AudioContext({ latencyHint: "interactive" });
    this.label();
    this.sounds = {};
    await Promise.all([context.resume(), ...KINDS.map((kind) => this.load(context, kind))]).catch(() => this.off());
    this.label();
    if (this.context === context) this.play(this.kind ?? "good_step", 0.2);
  }

  async load(context, kind) { this.sounds[kind] = await loaded(context, kind); }

  off() {
    this.waitForTap(false);
    keep("loud", "off");
    this.context?.close();
    delete this.context;
    this.label();
  }

  // What sounds for this wearer; the section is there only where anything does.
  show({ on, every }) {
    this.kind = on === "off" ? undefined : on;
    find("cues").hidden = on === "off";
    if (on !== "off") say(find("cues_what"), t(`cue_${on}${every > 1 ? "_every" : ""}`, { n: number(every) }));
    this.label();
  }

  label() {
    this.button.setAttribute("aria-pressed", String(this.isOn));
    say(find("loud_state"), t(this.waits ? "loud_tap" : this.isOn ? "loud_on" : "loud_off"));
  }

  // A frame tells how far this device's clock is from the hub's: the quickest of late has waited for nothing.
  frame(time_s) { this.quickest = Math.min(this.quickest + FORGET_S, performance.now() / 1000 - time_s); }

  lost() { this.quickest = Infinity; }

  told({ kind, gain, time_s }) {
    if (performance.now() / 1000 - this.quickest - time_s <= LATEST_S) this.play(kind, gain);
  }

  play(kind, gain) {
    if (!this.sounds?.[kind] || this.context?.state !== "running") return;
    start(this.context, this.sounds[kind], gain);
  }
}

// A sound that somebody has just asked for by a tap.
export async function playOnce(kind, gain) {
  const context = new AudioContext();
  start(context, await loaded(context, kind), gain).onended = () => context.close();
}

async function loaded(context, kind) {
  const file = await fetch(`sounds/${kind}.wav`);
  return context.decodeAudioData(await file.arrayBuffer());
}

function start(context, buffer, gain) {
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(new GainNode(context, { gain })).connect(context.destination);
  source.start();
  return source;
}
