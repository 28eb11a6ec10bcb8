// Reading aloud, by the browser's own voice where it has one for the page's language.

import { find } from "./dom.js";
import { keep, kept } from "./kept.js";
import { language } from "./words.js";

export class Voice {
  constructor(button) {
    this.button = find(button);
    this.button.onclick = () => { keep("voice", this.isOn ? "off" : "on"); this.label(); this.isOn ? this.say(this.last) : this.hush(); };
    globalThis.speechSynthesis?.addEventListener("voiceschanged", () => this.label());
  }

  get isOn() { return kept("voice") !== "off"; }

  get own() { return globalThis.speechSynthesis?.getVoices().find((voice) => voice.lang.slice(0, 2).toLowerCase() === language); }

  label() {
    this.button.hidden = this.own === undefined;
    this.button.setAttribute("aria-pressed", String(this.isOn));
  }

  say(text) {
    this.last = text;
    const voice = this.own;
    if (!this.isOn || !voice || !text) return;
    speechSynthesis.cancel();
    const spoken = new SpeechSynthesisUtterance(text);
    Object.assign(spoken, { voice, lang: voice.lang, rate: 0.95 });
    speechSynthesis.speak(spoken);
  }

  hush() { globalThis.speechSynthesis?.cancel(); }
}
