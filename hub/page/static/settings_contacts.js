// Whoever is told of alerts. The address of their service comes from here and never back.

import { ask } from "./api.js";
import { find, make, put, say } from "./dom.js";
import { button, choice, field, span, spanFields, why } from "./settings_forms.js";
import { language, languages, number, t } from "./words.js";

const TRIAL_MS = 75000;
const SEVERITIES = ["low", "medium", "high"];
const NEW = "";

export class ContactsSet {
  constructor(settings) {
    this.settings = settings;
    this.open = null;
    find("set_new_contact").onclick = () => this.toggle(NEW);
  }

  show(contacts, wearers) {
    this.contacts = contacts;
    this.wearers = wearers.map((wearer) => wearer.nickname);
    this.redraw();
  }

  redraw() {
    put(find("set_contacts"), ...this.contacts.map((contact) => this.row(contact)));
    say(find("set_nobody"), this.contacts.length ? "" : t("set_nobody"));
    find("set_new_contact").setAttribute("aria-expanded", String(this.open === NEW));
    put(find("set_contact_form"), this.open === NEW ? this.form(null) : null);
    this.settings.guard();
  }

  toggle(name) {
    this.open = this.open === name ? null : name;
    this.redraw();
    const place = this.open === null ? null : find("settings").querySelector("form.contact input");
    place?.focus();
  }

  row(contact) {
    const trial = button("set_trial");
    const said = make("p", { role: "status", hidden: "" });
    trial.onclick = () => this.trial(contact.name, trial, said);
    const change = button("set_change", { "aria-expanded": String(this.open === contact.name) });
    change.onclick = () => this.toggle(contact.name);
    const remove = button("set_remove");
    remove.onclick = () => this.settings.change("remove_contact", { name: contact.name });
    const about = [
      t("set_by", { service: contact.service || t("set_unreadable") }),
      t("set_order_is", { n: number(contact.order) }),
      t("set_told_of", { what: t(`set_severity_${contact.severity}`) }),
      contact.wearers.length ? t("set_only_of", { who: contact.wearers.join(", ") }) : null,
      t("set_in_language", { language: languages[contact.language] ?? contact.language }),
      contact.quiet ? t("set_quiet_is", { span: contact.quiet }) : null,
    ];
    return make("article", { "aria-label": contact.name },
      make("strong", {}, contact.name), make("p", { class: "quiet" }, about.filter(Boolean).join("; ")), said,
      make("div", { class: "answers" }, trial, change, remove),
      this.open === contact.name ? this.form(contact) : null);
  }

  form(contact) {
    const known = contact ?? { name: "", order: 1, severity: "low", quiet: "", wearers: [], language };
    const address = make("input", { name: "address", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 1000, ...(contact ? {} : { required: "" }) });
    const form = make("form", { class: "set contact", novalidate: "" },
      field(t("set_name"), make("input", { name: "name", required: "", maxlength: 40, value: known.name })),
      field(t("set_address"), address, t(contact ? "set_address_kept" : "set_address_how")),
      field(t("set_order"), make("input", { name: "order", type: "number", min: 1, max: 99, inputmode: "numeric", value: known.order })),
      field(t("set_severity"), choice("severity", SEVERITIES.map((each) => [each, t(`set_severity_${each}`)]), known.severity)),
      field(t("set_language"), choice("language", Object.entries(languages), known.language)),
      ...spanFields(known.quiet, "set_told"),
      this.wearers.length > 1 ? make("fieldset", {}, make("legend", {}, t("set_of_whom")), ...this.wearers.map((nickname) => check(nickname, known.wearers.includes(nickname)))) : null,
      make("p", { class: "why", role: "alert", hidden: "" }),
      make("button", { "data-changes": "" }, t("set_save")));
    form.onsubmit = (event) => { event.preventDefault(); this.save(form, contact); };
    return form;
  }

  async save(form, contact) {
    const { name, address, order, severity } = form.elements;
    const wearers = [...form.querySelectorAll("[name=of]:checked")].map((each) => each.value);
    const asked = { name: name.value, address: address.value, order: Number(order.value), severity: severity.value, quiet: span(form), wearers, language: form.elements.language.value };
    const place = form.querySelector(".why");
    const [opened, what] = [this.open, contact ? "change_contact" : "add_contact"];
    this.open = null;
    if (!await this.settings.change(what, contact ? { was: contact.name, ...asked } : asked, place)) this.open = opened;
  }

  async trial(name, pressed, said) {
    pressed.disabled = true;
    say(said, t("set_trying"));
    try { await ask("settings/try", { name }, TRIAL_MS); say(said, t("set_tried")); }
    catch (error) { say(said, why(error)); }
    pressed.disabled = false;
  }
}

function check(nickname, isChosen) {
  return make("label", {}, make("input", { type: "checkbox", name: "of", value: nickname, ...(isChosen ? { checked: "" } : {}) }), ` ${nickname}`);
}
