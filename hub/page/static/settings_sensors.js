// Sensors: which are whose, what is in reach, and whether their data come.

import { ask } from "./api.js";
import { find, make, put, say } from "./dom.js";
import { button, choice, field, optional, why } from "./settings_forms.js";
import { told } from "./told_by_hub.js";
import { number, percent, t } from "./words.js";

const SCAN_MS = 30000;
const TEST_MS = 10000;
const FELT_MS = 250;
const SIDES = ["left", "right"];
const AFFECTED = ["left", "right", "both", "none"];
const ROLES = { true: ["left_insole", "right_insole"], false: ["left_shin", "right_shin"] };

export class SensorsSet {
  constructor(settings) {
    this.settings = settings;
    this.live = [];
    this.open = null;
    this.test = null;
    find("set_scan").onclick = () => this.scan();
    find("set_remove_wearer").onclick = () => this.settings.change("remove_wearer", { nickname: this.wearer.nickname });
  }

  show(wearer) {
    this.wearer = wearer;
    say(find("set_remove_wearer"), t("set_remove_wearer", { who: wearer.nickname }));
    this.redraw();
    put(find("set_found"));
    say(find("set_scanned"), "");
  }

  redraw() {
    put(find("set_sensors"), ...this.wearer.sensors.map((sensor) => this.row(sensor)));
    this.now(this.live);
    this.settings.guard();
  }

  row(sensor) {
    const { role } = sensor;
    const test = make("button", { type: "button", "aria-describedby": `set_is_${role}` }, t("set_test"));
    test.onclick = () => this.begin(role);
    const change = button("set_change", { "aria-expanded": String(this.open === role) });
    change.onclick = () => { this.open = this.open === role ? null : role; this.redrawRow(role); };
    const remove = button("set_remove");
    remove.onclick = () => this.settings.change("remove_sensor", { wearer: this.wearer.nickname, role });
    const row = make("article", { "data-role": role, "aria-label": t(role) },
      make("strong", {}, t(role)), sensor.label ? `, ${sensor.label}` : null,
      make("p", { class: "quiet" }, `${sensor.title}, ${sensor.address ?? sensor.name}`),
      make("p", { id: `set_is_${role}` }),
      make("p", { class: "felt", "data-felt": role, role: "status" }),
      make("div", { class: "answers" }, test, change, remove),
      this.open === role ? this.form(sensor) : null);
    return row;
  }

  redrawRow(role) {
    this.redraw();
    const row = find("set_sensors").querySelector(`[data-role="${role}"]`);
    (row.querySelector("form select") ?? row.querySelector("[aria-expanded]")).focus();
  }

  form(sensor) {
    const form = make("form", { class: "set" },
      field(t("set_worn"), choice("to", ROLES[sensor.role.endsWith("insole")].map((role) => [role, t(role)]), sensor.role), t("set_exchange")),
      field(t("set_label"), make("input", { name: "label", value: sensor.label, maxlength: 40 })),
      make("p", { class: "why", role: "alert", hidden: "" }),
      make("button", { "data-changes": "" }, t("set_save")));
    form.onsubmit = async (event) => {
      event.preventDefault();
      const asked = { wearer: this.wearer.nickname, role: sensor.role, to: form.elements.to.value, label: form.elements.label.value };
      this.open = null;
      if (!await this.settings.change("change_sensor", asked, form.querySelector(".why"))) this.open = sensor.role;
    };
    return form;
  }

  async scan() {
    const scan = find("set_scan");
    scan.disabled = true;
    put(find("set_found"));
    say(find("set_scanned"), t("set_listening"));
    try {
      const { sensors } = await ask("settings/scan", {}, SCAN_MS);
      const free = sensors.filter((sensor) => !sensor.is_set);
      say(find("set_scanned"), free.length ? t("set_heard", { n: number(free.length) }) : t("set_heard_none"));
      put(find("set_found"), ...free.map((sensor) => this.found(sensor)));
      this.settings.guard();
    } catch (error) { say(find("set_scanned"), why(error)); }
    scan.disabled = false;
    this.settings.guard();
  }

  found(sensor) {
    const taken = this.wearer.sensors.map((each) => each.role);
    const roles = ROLES[sensor.is_insole];
    const guess = roles.find((role) => sensor.side ? role.startsWith(sensor.side) : !taken.includes(role)) ?? roles[0];
    const form = make("form", { class: "set", "aria-label": sensor.name || sensor.address },
      make("p", {}, make("strong", {}, sensor.name || sensor.address), ` ${sensor.title}, ${sensor.address}, ${t("set_signal", { dbm: number(sensor.rssi_dbm) })}`),
      sensor.fault && make("p", {}, told(sensor.fault)),
      field(t("set_worn"), choice("role", roles.map((role) => [role, t(role)]), guess)),
      field(t("set_label"), make("input", { name: "label", maxlength: 40 })),
      field(t("set_whose"), choice("whose", [["", this.wearer.nickname], ["new", t("set_somebody_new")]], "")),
      person(),
      make("p", { class: "why", role: "alert", hidden: "" }),
      make("button", { "data-changes": "" }, t("set_take")));
    const { whose, role, label } = form.elements;
    whose.onchange = () => { form.querySelector(".person").hidden = whose.value === ""; };
    form.onsubmit = (event) => {
      event.preventDefault();
      const asked = { role: role.value, type: sensor.type, address: sensor.address, label: label.value };
      const place = form.querySelector(".why");
      if (whose.value === "") return this.settings.change("add_sensor", { wearer: this.wearer.nickname, ...asked }, place);
      const { nickname, affected_side, mass_kg, height_m } = form.elements;
      const who = { nickname: nickname.value, affected_side: affected_side.value, mass_kg: optional(mass_kg), height_m: optional(height_m) };
      return this.settings.change("add_wearer", { ...who, ...asked }, place);
    };
    return make("li", {}, form);
  }

  // Whether data come, and while it is tested what is felt.
  now(sensors) {
    this.live = sensors;
    for (const sensor of sensors) {
      const place = find(`set_is_${sensor.role}`);
      if (place) say(place, [t(`s_${sensor.state}`), sensor.note && told(sensor.note)].filter(Boolean).join("; "));
    }
    if (this.test) this.judge();
  }

  begin(role) {
    this.test = { role, until: performance.now() + TEST_MS, felt: 0 };
    this.say(t("set_testing"));
    this.judge();
  }

  judge() {
    const { role, until } = this.test;
    const sensor = this.live.find((each) => each.role === role);
    if (sensor?.rate_hz) {
      const good = t("set_test_good", { rate: number(sensor.rate_hz), pct: percent(sensor.loss_pct ?? 0, 1) });
      this.say(this.test.load === undefined ? good : `${good} ${t("set_test_load", { pct: percent(this.test.load) })}`);
      if (performance.now() > until) this.test = null;
    } else if (performance.now() > until) {
      this.say(t("set_test_bad", { why: sensor ? [t(`s_${sensor.state}`), sensor.note && told(sensor.note)].filter(Boolean).join("; ") : t("no_insole") }));
      this.test = null;
    }
  }

  frame(frame) {
    if (!this.test || performance.now() < this.test.felt) return;
    this.test.felt = performance.now() + FELT_MS;
    const side = SIDES.find((each) => this.test.role === `${each}_insole`);
    if (side && frame[side]) this.test.load = Math.max(0, ...frame[side].cells);
    this.judge();
  }

  say(text) {
    const place = find("set_sensors").querySelector(`[data-felt="${this.test.role}"]`);
    if (place) say(place, text);
  }
}

// Somebody who wears no sensor here yet.
function person() {
  const amount = (name) => field(t(`set_${name}`), make("input", { name, type: "number", inputmode: "decimal", step: "any" }), t("set_optional"));
  return make("fieldset", { class: "set person", hidden: "" }, make("legend", {}, t("set_somebody_new")),
    field(t("set_nickname"), make("input", { name: "nickname", maxlength: 40, autocomplete: "off" }), t("set_nickname_how")),
    field(t("set_affected_side"), choice("affected_side", AFFECTED.map((side) => [side, t(`set_affected_${side}`)]), "left")),
    amount("mass_kg"), amount("height_m"));
}
