// The page: pairs where it must, watches the hub, and hands what comes to whoever shows it.

import { showAlerts } from "./alerts.js";
import { ask, Stream } from "./api.js";
import { stayAtHand } from "./at_hand.js";
import { Calibration } from "./calibrate.js";
import { Loudspeaker } from "./cues.js";
import { find, make, put, say } from "./dom.js";
import { Foot, Shins } from "./feet.js";
import { History } from "./history.js";
import { keep, kept } from "./kept.js";
import { look } from "./look.js";
import { SettingsView } from "./settings.js";
import { told as inWords } from "./told_by_hub.js";
import { showLegend, showMarks } from "./marks.js";
import { showSaid } from "./said.js";
import { showLinks, showToday } from "./today.js";
import { speak, t } from "./words.js";

const AGAIN_MS = 3000;
const SAID_MS = 6000;
const NOW_KEYS = { sensors: "", steps: "" };

const feet = { left: new Foot("left"), right: new Foot("right") };
const shins = new Shins();
const loudspeaker = new Loudspeaker();
const calibration = new Calibration(obey);
const history = new History(obey);
const settings = new SettingsView();
const VIEWS = ["today", "history", "calibration", "settings"];
let about = null;
let stream = null;
let wearer = null;
let now = null;

await speak();
look(relabel);
addEventListener("hashchange", showView);
find("pairing").onsubmit = pair;
relabel();
await open();
stayAtHand();

async function open() {
  try { about = await ask("hub"); }
  catch (error) {
    if (error.status === 401) return askForCode();
    say(find("trouble"), t("lost"));
    setTimeout(open, AGAIN_MS);
    return;
  }
  find("pairing").hidden = true;
  find("views").hidden = false;
  say(find("trouble"), "");
  chooseWearer();
}

function chooseWearer() {
  const names = about.wearers.map((each) => each.nickname);
  const select = find("who").querySelector("select");
  put(select, ...names.map((name) => make("option", { value: name }, name)));
  find("who").hidden = names.length < 2;
  const asked = kept("wearer");
  select.value = names.includes(asked) ? asked : names[0];
  select.onchange = () => { keep("wearer", select.value); watch(select.value); };
  watch(select.value);
}

function watch(nickname) {
  wearer = about.wearers.find((each) => each.nickname === nickname);
  stream?.end();
  stream = new Stream(nickname, { told, lost, found, stays: () => loudspeaker.isOn });
  showView();
}

function told(kind, what) {
  if (kind === "layout") for (const side of ["left", "right"]) feet[side].lay(what[side]);
  if (kind === "now") showNow(what);
  if (kind === "calibration") calibration.show(what);
  if (kind === "cue") loudspeaker.told(what);
  if (kind === "frame") {
    loudspeaker.frame(what.time_s);
    for (const side of ["left", "right"]) feet[side].show(what[side]);
    shins.show(what.shank);
    settings.frame(what);
  }
}

function showNow(what) {
  now = what;
  showToday(now.today, wearer.affected_side);
  showAlerts(now.alerts, about.commands, obey);
  loudspeaker.show(now.cues);
  showSaid(now.aids, about.commands, obey);
  if (isNews("steps", now.steps)) showMarks(now.steps);
  if (isNews("sensors", now.sensors.map((sensor) => sensor.role))) shins.lay(now.sensors);
  showLinks(now.sensors);
  settings.now(now.sensors);
  say(find("walking"), t(now.walking ? "walking" : "not_walking"));
  const silent = now.sensors.filter((sensor) => !sensor.rate_hz).map((sensor) => t(sensor.role));
  calibration.waitFor(silent);
  const missing = !now.flowing ? t("no_data") : silent.length ? t("part_data", { sensors: silent.join(", ") }) : "";
  say(find("trouble"), [now.kept ? "" : t("not_kept"), missing].filter(Boolean).join(" "));
}

function isNews(name, what) {
  const text = JSON.stringify(what);
  const news = NOW_KEYS[name] !== text;
  NOW_KEYS[name] = text;
  return news;
}

function lost() {
  document.body.classList.add("lost");
  for (const side of ["left", "right"]) feet[side].show(null);
  shins.show(null);
  loudspeaker.lost();
  say(find("trouble"), t("lost"));
  ask("hub").then(renew, (error) => { if (error.status === 401) askForCode(); });
}

async function found() {
  document.body.classList.remove("lost");
  if (now) showNow(now);
  renew(await ask("hub").catch(() => about));
}

// A page of another version, or of a hub with other wearers, begins anew.
function renew(hub) {
  const [is, was] = [hub, about].map((each) => JSON.stringify([each.version, each.wearers]));
  if (is !== was) location.reload();
}

function showView() {
  const [asked, ...where] = location.hash.slice(1).split("/");
  const view = VIEWS.includes(asked) && mayShow(asked) ? asked : "today";
  for (const name of VIEWS) find(name).hidden = name !== view || !about;
  for (const name of ["calibration", "settings"]) find(`to_${name}`).hidden = !mayShow(name);
  if (view === "calibration") { find("cal_felt").append(find("feet")); calibration.redraw(); }
  else { find("shins").before(find("feet")); calibration.leave(); }
  for (const link of find("views").children) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${t(view)} – Insole Hub`;
  if (view === "history" && wearer && about) history.show(wearer, where, about.commands).catch(() => say(find("trouble"), t("not_now")));
  else history.close();
  if (view === "settings" && wearer) settings.show(wearer.nickname);
}

function mayShow(view) {
  if (view === "settings") return about?.role === "owner";
  return view !== "calibration" || Boolean(about?.commands.includes("calibrate"));
}

async function obey(button, command, asked) {
  button.disabled = true;
  try {
    await ask(`wearers/${encodeURIComponent(wearer.nickname)}/commands/${command}`, asked);
    if (command !== "calibrate") note(t("noted"));
    if (command !== "fine" && command !== "acknowledge") button.disabled = false;
  } catch (error) {
    note(t("not_noted", { why: error.status ? inWords(error.message) : t("not_now") }));
    button.disabled = false;
  }
}

function note(text) {
  say(find("said"), text);
  clearTimeout(note.timer);
  note.timer = setTimeout(() => say(find("said"), ""), SAID_MS);
}

function askForCode() {
  stream?.end();
  about = null;
  find("pairing").hidden = false;
  find("views").hidden = true;
  find("alerts").hidden = true;
  say(find("trouble"), "");
  document.body.classList.remove("lost");
  showView();
  find("code").focus();
}

async function pair(event) {
  event.preventDefault();
  try {
    await ask("pair", { code: find("code").value, name: navigator.userAgentData?.platform ?? navigator.platform ?? "" });
    find("code").value = "";
    say(find("pair_error"), "");
    await open();
  } catch (error) {
    say(find("pair_error"), t("pair_failed", { why: ["code", "too_many_tries"].includes(error.error) ? t(error.error) : t("not_now") }));
    find("code").focus();
  }
}

function relabel() {
  showLegend();
  Object.assign(NOW_KEYS, { sensors: "", steps: "" });
  if (now && about) showNow(now);
  if (about) showView();
}
