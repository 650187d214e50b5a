// What was recorded with gloves on is kept on the tablet under a key of its own and sent, once: now, or when the
// connection is back. The server answers a key that it knows with what it recorded then.
"use strict";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const main = () => one("main[data-person]");
  const person = () => main().dataset.person;
  const read = (name, none) => { try { return JSON.parse(localStorage.getItem(name)) ?? none; } catch { return none; } };
  const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));
  const QUEUE = "glove:queue";
  const SENT = "glove:sent";
  const LONGEST_WAIT = 60_000;

  let away = false;
  let signedOut = false;
  let sending = false;
  let wait = 2000;
  let timer = 0;

  const list = () => read(QUEUE, []);
  const changed = () => document.dispatchEvent(new CustomEvent("glove:queue"));
  const put = (entry) => { write(QUEUE, [...list().filter((other) => other.id !== entry.id), entry]); changed(); };
  const remove = (id) => { write(QUEUE, list().filter((entry) => entry.id !== id)); changed(); };
  const newKey = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  // --- one entry: booked, refused with its sentences, or still to be sent
  const refused = (entry, page) => {
    const doc = new DOMParser().parseFromString(page, "text/html");
    const errors = {};
    const whole = [...doc.querySelectorAll("[data-form-error], .empty b, .banner")].map((line) => line.textContent.trim());
    for (const line of doc.querySelectorAll("[data-field-error]")) {
      const holder = line.closest("[data-field], [data-screen]");
      (errors[holder.dataset.field ?? holder.dataset.name] ??= []).push(line.textContent.trim());
    }
    const said = whole[0] ?? Object.values(errors)[0]?.[0] ?? doc.title;
    put({ ...entry, state: "refused", said, whole, errors });
    document.dispatchEvent(new CustomEvent("glove:refused", { detail: { id: entry.id, said } }));
  };
  const booked = (entry, address) => {
    const code = decodeURIComponent(address.replace(/\/$/, "").split("/").pop());
    write(SENT, [{ id: entry.id, title: entry.title, address, code, at: Date.now(), person: entry.person }, ...read(SENT, [])].slice(0, 20));
    remove(entry.id);
    document.dispatchEvent(new CustomEvent("glove:sent", { detail: { id: entry.id, address, code } }));
  };
  const send = async (entry, token) => {
    const body = new URLSearchParams(entry.values);
    body.set("csrfmiddlewaretoken", token);
    body.set("submission_key", entry.id);
    const answer = await fetch(entry.path, { method: "POST", body, headers: { "X-CSRFToken": token }, signal: AbortSignal.timeout(30_000) });
    const landed = new URL(answer.url).pathname;
    if (answer.redirected && landed.startsWith("/login/")) { signedOut = true; return false; }
    if (answer.redirected) { booked(entry, landed); return true; }
    if (answer.status >= 500 || answer.status === 429) throw new Error(`status ${answer.status}`);
    refused(entry, await answer.text());
    return true;
  };
  const waiting = () => list().filter((entry) => entry.state === "waiting" && entry.person === person());
  const run = async () => {
    const hand = await fetch(main().dataset.handOver, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(10_000) });
    signedOut = hand.redirected;
    if (signedOut) return;
    if (!hand.ok) throw new Error(`status ${hand.status}`);
    const { person: who, token } = await hand.json();
    away = false;
    signedOut = String(who) !== person();
    if (!signedOut) for (const entry of waiting()) if (!(await send(entry, token))) return;
  };
  const sendAll = async () => {
    clearTimeout(timer);
    if (sending || !waiting().length) { changed(); return; }
    sending = true;
    changed();
    try {
      await (navigator.locks ? navigator.locks.request(QUEUE, run) : run());
      wait = 2000;
    } catch {
      away = true;
      timer = setTimeout(sendAll, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
    sending = false;
    changed();
  };
  const add = (entry) => { put({ ...entry, state: "waiting", person: person(), at: Date.now() }); wait = 2000; return sendAll(); };
  window.gloveQueue = { add, list, remove, sendAll, newKey, read, write, sent: () => read(SENT, []), isAway: () => away || !navigator.onLine };

  // --- the pill says what is kept here
  const pill = () => {
    const box = one("[data-pill]");
    if (!box) return;
    const entries = list();
    const bad = entries.filter((entry) => entry.state === "refused").length;
    const kept = entries.length - bad;
    const count = (number, name) => (number === 1 ? box.dataset[`${name}One`] ?? box.dataset.one : (box.dataset[`${name}Many`] ?? box.dataset.many).replace("{n}", number));
    const parts = [];
    if (away || !navigator.onLine) parts.push(box.dataset.offline);
    else if (signedOut && kept) parts.push(box.dataset.signIn);
    if (kept) parts.push(sending && !away ? box.dataset.sending : count(kept, ""));
    if (bad) parts.push(count(bad, "refused"));
    box.hidden = !parts.length;
    box.classList.toggle("bad", bad > 0);
    one("[data-pill-words]", box).textContent = parts.join(", ");
  };
  document.addEventListener("glove:queue", pill);
  addEventListener("storage", (event) => { if (event.key === QUEUE) changed(); });
  addEventListener("online", () => { away = false; wait = 2000; sendAll(); });
  addEventListener("offline", changed);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sendAll(); });
  document.addEventListener("DOMContentLoaded", () => { sendAll(); pill(); });
})();
