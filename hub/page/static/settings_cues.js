// Which steps are told by a sound or a vibration: what a therapist sets, and a sound to try the volume by.

import { ask } from "./api.js";
import { playOnce } from "./cues.js";
import { find, make, put, say } from "./dom.js";
import { choice, field, span, spanFields, why } from "./settings_forms.js";
import { told } from "./told_by_hub.js";
import { t } from "./words.js";

const TRIAL_MS = 15000;
const WAYS = ["sound", "vibration", "sound+vibration"];
const NUMBERS = ["every", "heel_lead_ms", "volume_pct", "strength_pct", "fade_days", "fade_to_every"];

export class CuesSet {
  constructor(settings) {
    this.settings = settings;
    this.form = find("set_cues");
    this.form.onsubmit = (event) => { event.preventDefault(); this.save(); };
    find("set_sound_try").onclick = () => this.trial();
  }

  // A form that somebody is in stays as it is.
  show(wearer) {
    this.nickname = wearer.nickname;
    if (this.form.contains(document.activeElement)) return;
    const { cues } = wearer;
    const numeric = (name, hint = null) => field(t(`set_${name}`), make("input", { name, type: "number", inputmode: "decimal", step: "any", value: cues[name] }), hint && t(hint));
    const sounding = ["off", "good_step", "toe_first"].map((each) => [each, t(`set_sounds_${each}`)]);
    put(find("set_cues_fields"),
      field(t("set_on"), choice("on", sounding, cues.on)),
      field(t("set_by_way"), choice("by", WAYS.map((way) => [way, t(`set_${way.replace("+", "_")}`)]), WAYS.find((way) => way === [...cues.by].sort().join("+"))), t("set_by_how")),
      numeric("every"),
      numeric("heel_lead_ms", "set_heel_lead_how"),
      numeric("volume_pct"),
      numeric("strength_pct"),
      ...spanFields(cues.quiet, "set_sounds"),
      make("fieldset", { class: "set" }, make("legend", {}, t("set_fading")),
        field(t("set_fade_from"), make("input", { name: "fade_from", type: "date", value: cues.fade_from ?? "" }), t("set_fade_how")),
        numeric("fade_days"),
        numeric("fade_to_every")));
    say(find("set_sound_tried"), "");
  }

  save() {
    const { on, by, fade_from } = this.form.elements;
    const numbers = Object.fromEntries(NUMBERS.map((name) => [name, this.number(name)]));
    const cues = { on: on.value, by: by.value.split("+"), ...numbers, quiet: span(this.form), fade_from: fade_from.value || null };
    this.settings.change("cues", { wearer: this.nickname, cues }, find("set_cues_why"));
  }

  // An empty field is no number, and the hub says so.
  number(name) {
    const { value } = this.form.elements[name];
    return value === "" ? null : Number(value);
  }

  async trial() {
    const said = find("set_sound_tried");
    const on = this.form.elements.on.value === "toe_first" ? "toe_first" : "good_step";
    say(find("set_cues_why"), "");
    try {
      const { gain, trouble } = await ask("settings/sound", { on, volume_pct: this.number("volume_pct") }, TRIAL_MS);
      await playOnce(on, gain);
      say(said, trouble ? t("set_sounded_here", { why: told(trouble) }) : t("set_sounded"));
    } catch (error) { say(said, ""); say(find("set_cues_why"), why(error)); }
  }
}
