// Keeps the page at hand for when the hub is away, where the browser allows that: it does not over plain HTTP in a network.

const WORKER = "sw.js";

export async function stayAtHand() {
  if (!isSecureContext || !navigator.serviceWorker) return;
  const own = globalThis.trustedTypes?.createPolicy("own", { createScriptURL: () => WORKER });
  try {
    await navigator.serviceWorker.register(own ? own.createScriptURL(WORKER) : WORKER);
    const { active } = await navigator.serviceWorker.ready;
    const files = performance.getEntriesByType("resource").map((entry) => entry.name);
    active.postMessage([new URL("/", location.href).href, ...files]);
  } catch { /* a browser that may keep nothing does without */ }
}
