// Asking the hub, and the live stream with its watchdog.

export class Refused extends Error {
  constructor(status, told) {
    super(told.message ?? `${status}`);
    this.status = status;
    this.error = told.error ?? "not_now";
  }
}

export async function ask(path, body, patienceMs = 15000) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try { answer = await fetch(`api/${path}`, { ...options, cache: "no-store", signal: AbortSignal.timeout(patienceMs) }); }
  catch { throw new Refused(0, {}); }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

const SILENT_MS = 2500;  // frames come 25 times a second, also when no sensor does
const LONGEST_PAUSE_MS = 8000;

// Watches a wearer. A page that nobody looks at does not, unless it `stays`; what it shows then is old, and it says so
// until it is new.
export class Stream {
  constructor(nickname, { told, lost, found, stays }) {
    this.path = `api/wearers/${encodeURIComponent(nickname)}/stream`;
    this.hears = { told, lost, found };
    this.pauseMs = 500;
    this.isLost = true;
    this.seen = () => (!document.hidden ? this.connect() : stays() ? null : this.pause());
    document.addEventListener("visibilitychange", this.seen);
    this.connect();
  }

  connect() {
    this.pause();
    this.source = new EventSource(this.path);
    for (const kind of ["frame", "now", "layout", "calibration", "cue"])
      this.source.addEventListener(kind, (event) => { this.heard(); this.hears.told(kind, JSON.parse(event.data)); });
    this.source.onerror = () => this.again();
    this.watchdog = setTimeout(() => this.again(), SILENT_MS);
  }

  heard() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.again(), SILENT_MS);
    this.pauseMs = 500;
    if (this.isLost) { this.isLost = false; this.hears.found(); }
  }

  again() {
    this.pause();
    this.isLost = true;
    this.hears.lost();
    this.waiting = setTimeout(() => this.connect(), this.pauseMs);
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
  }

  pause() {
    this.source?.close();
    clearTimeout(this.watchdog);
    clearTimeout(this.waiting);
  }

  end() {
    this.pause();
    document.removeEventListener("visibilitychange", this.seen);
  }
}
