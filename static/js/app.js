// The frame's behaviour: CSRF for htmx, theme, keys, rows that open, toasts, drafts, repeated rows, live sums.
"use strict";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// --- htmx: every request carries the token; an answer with an error status is shown where it belongs
document.addEventListener("htmx:configRequest", (event) => {
  const token = one('meta[name="csrf-token"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([400, 403, 409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
});

// --- theme: kept in a cookie so that the server renders it without a flash
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-set-theme]");
  if (!choice) return;
  const theme = choice.dataset.setTheme;
  const year = theme ? 31536000 : 0;
  document.cookie = `theme=${theme}; path=/; max-age=${year}; samesite=lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.dispatchEvent(new CustomEvent("labsys:theme"));
});
window.labsysTheme = () =>
  document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("labsys:theme")));

// --- rows open on a click anywhere; the code in them is the real link
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label, select, summary") && !getSelection().toString()) location.href = row.dataset.href;
});
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// --- keys
let pendingGo = false;
const moveRow = (step) => {
  const rows = all("main table.rows tbody tr[data-href]");
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("at"));
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  rows.forEach((row) => row.classList.toggle("at", row === next));
  next.scrollIntoView({ block: "nearest" });
};
const keys = {
  "/": () => one("#search")?.focus(),
  "?": () => one("#keys")?.showModal(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  Enter: () => { const row = one("tr.at[data-href]"); if (row) location.href = row.dataset.href; },
  g: () => { pendingGo = true; setTimeout(() => { pendingGo = false; }, 1200); },
};
const places = { h: "/", b: "/batches/", a: "/additives/", c: "/cells/", f: "/files/", m: "/materials/", r: "/furnace-runs/", s: "/studies/" };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of all("details.menu[open]")) menu.open = false;
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (pendingGo && places[event.key]) { location.href = places[event.key]; return; }
  const act = keys[event.key];
  if (!act || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
  if (event.key !== "Enter") event.preventDefault();
  act();
});

// --- toasts leave after six seconds, unless somebody reads them
const dismiss = (toast) => setTimeout(() => (toast.matches(":hover, :focus-within") ? dismiss(toast) : toast.remove()), 6000);
const toasts = () => all("#toasts .toast:not([data-timed])").forEach((toast) => { toast.dataset.timed = ""; dismiss(toast); });
document.addEventListener("DOMContentLoaded", toasts);
document.addEventListener("htmx:afterSettle", toasts);

// --- a chain wider than its panel shows the sample that the page is about, and begins at a whole box
document.addEventListener("DOMContentLoaded", () => {
  for (const chain of all(".chain-view")) {
    const here = one(".node.here rect", chain);
    if (!here || chain.scrollWidth <= chain.clientWidth) continue;
    const from = chain.getBoundingClientRect().left;
    const place = (box) => box.getBoundingClientRect().left - from + chain.scrollLeft;
    const least = place(here) + here.getBoundingClientRect().width + 14 - chain.clientWidth;
    const starts = all(".node rect", chain).map((box) => place(box) - 24).filter((x) => x >= least);
    if (least <= 0) continue;
    const start = Math.min(...starts, place(here) - 24);
    one("svg", chain).style.marginRight = `${Math.max(start + chain.clientWidth - chain.scrollWidth, 0)}px`;
    chain.scrollLeft = start;
  }
});
