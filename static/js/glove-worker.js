// Opens glove mode without a connection: its pages and what they are drawn with, as they were when last seen online.
// Nothing else is answered from here, and signing out empties it.
"use strict";

const STORE = "glove-1";
const PATIENCE = 4000; // ms until a page comes from here although the connection seems to be there
const ours = (path) => path === "/glove/" || /^\/log\/[\w-]+\/$/.test(path);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("glove-") && name !== STORE).map((name) => caches.delete(name))));
  event.waitUntil(Promise.all([old, self.clients.claim()]));
});

const keep = async (addresses) => {
  const store = await caches.open(STORE);
  for (const address of addresses) {
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok && !answer.redirected) await store.put(address, answer);
  }
};
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep));
});

const patient = (request) => new Promise((done, failed) => {
  const timer = setTimeout(failed, PATIENCE);
  fetch(request).then((answer) => { clearTimeout(timer); done(answer); }, (error) => { clearTimeout(timer); failed(error); });
});
const fromHere = async (request) => (await (await caches.open(STORE)).match(request, { ignoreSearch: true, ignoreVary: true })) ?? null;
const answer = async (request, ask) => {
  try { return await ask(request); } catch (error) {
    const kept = await fromHere(request);
    if (kept) return kept;
    return ask === fetch ? Promise.reject(error) : fetch(request);
  }
};
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "POST" && address.pathname === "/logout/") { event.waitUntil(caches.delete(STORE)); return; }
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && ours(address.pathname)) event.respondWith(answer(request, patient));
  else if (address.pathname.startsWith("/static/")) event.respondWith(answer(request, fetch));
});
