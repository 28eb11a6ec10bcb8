// Where the browser allows it (on the hub's own machine, or behind TLS): the page is at hand without the hub, and says that
// it has lost it. The hub's own files are always asked for first; what it tells of anybody is never kept.

const KEPT = "page";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page tells which files it was made of, since it was loaded before anybody could listen.
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data.filter(isFile))));

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && isFile(event.request.url)) event.respondWith(fresh(event.request));
});

function isFile(url) {
  const { origin, pathname } = new URL(url);
  return origin === self.location.origin && !/^\/(api\/|health$)/.test(pathname);
}

async function keepAll(urls) {
  const kept = await caches.open(KEPT);
  await Promise.all(urls.map((url) => kept.add(url).catch(() => {})));
}

async function fresh(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch (error) {
    const found = await kept.match(request, { ignoreSearch: true });
    if (found) return found;
    throw error;
  }
}
