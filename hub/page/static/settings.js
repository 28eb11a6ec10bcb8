// The owner's settings: shown as they are on the hub, changed one at a time, and taken back with one tap.

import { ask } from "./api.js";
import { ContactsSet } from "./settings_contacts.js";
import { CuesSet } from "./settings_cues.js";
import { find, say } from "./dom.js";
import { SensorsSet } from "./settings_sensors.js";
import { putBack, typedIn, why } from "./settings_forms.js";
import { told } from "./told_by_hub.js";
import { language, t } from "./words.js";

const LOOK_MS = 500;
const MOST_LOOKS = 120;

export class SettingsView {
  constructor() {
    this.settings = null;
    this.wearer = null;
    this.drawnIn = null;
    this.sensors = new SensorsSet(this);
    this.contacts = new ContactsSet(this);
    this.cues = new CuesSet(this);
    find("set_undo").onclick = () => this.change("undo", {});
  }

  get isSeen() { return !find("settings").hidden; }

  async show(nickname) {
    this.wearer = nickname;
    try { this.settings = await ask("settings"); }
    catch (error) { return say(find("set_trouble"), why(error)); }
    this.redraw();
  }

  redraw() {
    const set = this.settings;
    if (!set) return;
    const typed = [null, language].includes(this.drawnIn) ? [] : typedIn(find("settings"));
    this.drawnIn = language;
    const wearer = set.wearers.find((each) => each.nickname === this.wearer) ?? set.wearers[0];
    say(find("set_trouble"), set.trouble && t("set_trouble", { why: told(set.trouble) }));
    find("set_undo").hidden = !set.undo || set.trouble !== "";
    find("set_undo").textContent = set.undo ? t("set_undo", { what: t(`set_did_${set.undo}`) }) : "";
    this.sensors.show(wearer);
    this.contacts.show(set.contacts, set.wearers);
    this.cues.show(wearer);
    if (typed.length) putBack(find("settings"), typed);
    this.guard();
  }

  // What cannot be changed has no button that could be pressed.
  guard() {
    for (const button of find("settings").querySelectorAll("button[data-changes]")) button.disabled = this.settings.trouble !== "" || this.settings.begins_anew;
  }

  // Until the hub has begun anew nothing can be changed.
  async wait() {
    for (let left = MOST_LOOKS; left > 0 && this.settings.begins_anew; left--) {
      await new Promise((over) => setTimeout(over, LOOK_MS));
      this.settings = await ask("settings").catch(() => this.settings);
    }
    this.redraw();
  }

  // Saves one change; what is refused is said at `place`, and the settings stay.
  async change(name, values, place = find("set_why")) {
    say(place, "");
    try { this.settings = await ask(`settings/changes/${name}`, { version: this.settings.version, ...values }); }
    catch (error) {
      if (error.error === "outdated") {
        document.activeElement?.blur();  // what was typed gives way to what is so
        await this.show(this.wearer);
      }
      say(error.error === "outdated" ? find("set_why") : place, why(error));
      return false;
    }
    document.activeElement?.blur();  // its form goes
    this.redraw();
    const said = t(name === "undo" ? "set_undone" : "set_saved");
    say(find("set_saved"), this.settings.begins_anew ? `${said} ${t("set_anew")}` : said);
    if (this.settings.begins_anew) this.wait();
    find("set_done").focus();
    return true;
  }

  // What comes on the stream.
  now(sensors) { this.sensors.now(sensors); }
  frame(frame) { if (this.isSeen) this.sensors.frame(frame); }
}
