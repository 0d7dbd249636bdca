/**
 * Keeps a page without a server for playing offline. `clave export page` writes the list of its files before this text:
 * a page of other files is another version, which is fetched as a whole before it takes over.
 */
const { version, files } = self.PAGE;
const NAME = `clave ${version}`;
const LATER = ["api/sounds.bin", "api/prior.safetensors.gz"]; // large: they are kept once the page plays

self.addEventListener("install", (event) => {
  const first = ["./", ...files.filter((file) => !LATER.includes(file))];
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(first.map((file) => new Request(file, { cache: "no-cache" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name.startsWith("clave ") && name !== NAME);
  event.waitUntil(caches.keys().then((names) => Promise.all(others(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "keep all") event.waitUntil(keepAll(event.source));
});

/** Keep the large files as well, and tell the page when it may go offline. */
async function keepAll(client) {
  const cache = await caches.open(NAME);
  for (const file of LATER.filter((each) => files.includes(each))) if (!(await cache.match(file))) await cache.add(file);
  client?.postMessage("all kept");
}

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && new URL(event.request.url).origin === self.location.origin) event.respondWith(kept(event.request));
});

async function kept(request) {
  const cache = await caches.open(NAME);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
