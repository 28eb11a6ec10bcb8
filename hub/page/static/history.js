// The past: the last weeks, and below them a walk or a trip that was opened.

import { ask } from "./api.js";
import { showAids } from "./compare.js";
import { find, make, put } from "./dom.js";
import { showExercises } from "./exercised.js";
import { openIncident, showIncidents } from "./incidents.js";
import { openWalk } from "./walk.js";
import { chooseDay } from "./walks.js";
import { showWeeks } from "./weeks.js";
import { t } from "./words.js";

const OPENED = { walk: openWalk, incident: openIncident };

export class History {
  constructor(obey) { this.obey = obey; this.leave = () => {}; }

  // `where`: what follows #history in the address; `hub`: who looks, and whom they may ask for what.
  async show(wearer, where, commands) {
    const [kind, id] = where;
    const asks = (path) => ask(`wearers/${encodeURIComponent(wearer.nickname)}/${path}`);
    const place = { asks, wearer, commands, obey: this.obey };
    this.close();
    find("past").hidden = kind in OPENED;
    for (const name of Object.keys(OPENED)) find(name).hidden = name !== kind;
    if (kind in OPENED) await this.open(kind, id, place);
    else await this.overview(place);
  }

  async open(kind, id, place) {
    const section = find(kind);
    put(section, back(), make("h2", { id: `${kind}_title`, tabindex: -1 }, t("loading")));
    const shown = this.shown = {};
    try {
      const leave = await OPENED[kind](section, decodeURIComponent(id), place, back);
      if (this.shown === shown) this.leave = leave ?? this.leave;
      else leave?.();
    } catch (error) {
      put(section, back(), make("h2", { id: `${kind}_title`, tabindex: -1 }, t(error.status === 404 ? "not_there" : "not_now")));
    }
    find(`${kind}_title`)?.focus();
  }

  async overview(place) {
    const { days } = await place.asks("days?weeks=8");
    showWeeks(days);
    await Promise.all([chooseDay(days, place), showIncidents(place), showAids(place), showExercises(place)]);
  }

  // Nothing that was opened goes on unseen.
  close() { this.shown = null; this.leave(); this.leave = () => {}; }
}

function back() { return make("p", {}, make("a", { href: "#history" }, t("back"))); }
