// What this browser remembers. A browser that may keep nothing forgets with the page.

const forgetful = new Map();

export function kept(name) {
  try { return localStorage.getItem(name); } catch { return forgetful.get(name) ?? null; }
}

export function keep(name, value) {
  try { localStorage.setItem(name, value); } catch { forgetful.set(name, value); }
}
