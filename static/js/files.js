// Files: states that move by themselves, the pane beside the inbox, keys, undo.
"use strict";

(() => {
  if (window.labsysFiles) { window.labsysFiles.watch(); return; }
  const MOVING = ["received", "reading"];
  const EVERY_MS = 1200;
  let timer = null;
  const rows = () => [...document.querySelectorAll("[data-file][data-file-state]")];
  const moving = () => rows().filter((row) => MOVING.includes(row.dataset.fileState));

  const parsed = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  };
  const fetchRow = async (id, as) => {
    const response = await fetch(`/files/${id}/row/?as=${as}`);
    return response.ok ? parsed(await response.text()) : null;
  };
  const swap = (old, fresh) => {
    fresh.className = old.className;
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  };
  const refresh = async (id) => {
    for (const row of rows().filter((row) => row.dataset.file === String(id))) {
      if (row.dataset.as === "pane") { window.htmx?.ajax("GET", `/files/${id}/pane/`, { target: row, swap: "outerHTML" }); continue; }
      const fresh = await fetchRow(id, row.dataset.as);
      if (fresh) swap(row, fresh);
    }
  };

  // --- states are asked for only while something moves
  const ask = async () => {
    timer = null;
    const ids = [...new Set(moving().map((row) => row.dataset.file))];
    if (!ids.length) return;
    if (!document.hidden) {
      const response = await fetch(`/files/states/?ids=${ids.join(",")}`, { headers: { Accept: "application/json" } }).catch(() => null);
      const { states = {} } = response?.ok ? await response.json() : {};
      const changed = ids.filter((id) => states[id] && rows().some((row) => row.dataset.file === id && row.dataset.fileState !== states[id]));
      for (const id of changed) await refresh(id);
      if (changed.some((id) => !MOVING.includes(states[id]))) document.dispatchEvent(new CustomEvent("labsys:read", { detail: { ids: changed } }));
    }
    watch();
  };
  const watch = () => { if (timer === null && moving().length) timer = setTimeout(ask, EVERY_MS); };

  // --- what was read changes the dashboards around it
  document.addEventListener("labsys:read", () => {
    for (const part of document.querySelectorAll("[data-refetch]")) {
      window.htmx?.ajax("GET", part.dataset.refetch, { target: part, swap: "outerHTML", select: "[data-refetch]" });
    }
  });

  // --- a file that has just arrived stands on top of its list
  document.addEventListener("labsys:arrived", async ({ detail }) => {
    const list = document.querySelector(detail.list);
    if (list && !list.querySelector(`[data-file="${detail.id}"]`)) {
      const fresh = await fetchRow(detail.id, detail.as);
      if (fresh) { list.prepend(fresh); window.htmx?.process(fresh); list.closest(".panel")?.querySelector("[data-empty]")?.remove(); }
    }
    watch();
  });

  // --- the pane beside the inbox
  const open = (row) => {
    for (const other of document.querySelectorAll("tr[data-pane-url]")) other.classList.toggle("chosen", other === row);
    window.htmx?.ajax("GET", row.dataset.paneUrl, { target: "#pane", swap: "innerHTML" });
  };
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-pane-url]");
    if (row && document.querySelector("#pane") && !event.target.closest("a, button, input, form")) open(row);
  });
  const step = (by) => {
    const all = [...document.querySelectorAll("tr[data-pane-url]")];
    const at = all.findIndex((row) => row.classList.contains("chosen"));
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (!next) return;
    next.scrollIntoView({ block: "nearest" });
    open(next);
  };

  // --- attach and undo
  let undo = null;
  const say = (text, word, back) => {
    const toasts = document.querySelector("#toasts");
    if (!toasts) return;
    for (const earlier of toasts.querySelectorAll("[data-undo]")) earlier.remove();
    const toast = document.createElement("div");
    if (back) toast.dataset.undo = "";
    toast.className = "toast";
    toast.append(Object.assign(document.createElement("span"), { textContent: text }));
    if (back) toast.append(Object.assign(document.createElement("button"), { type: "button", textContent: word, onclick: () => { toast.remove(); back(); } }));
    toasts.append(toast);
    setTimeout(() => toast.remove(), 6000);
  };
  document.addEventListener("labsys:attached", ({ detail }) => {
    refreshOthers(detail.id);
    const back = () => {
      undo = null;
      const pane = document.querySelector(`[data-pane="${detail.id}"]`);
      const target = pane ? { target: pane, swap: "outerHTML" } : { target: "#pane", swap: "innerHTML" };
      window.htmx.ajax("POST", detail.undo, { ...target, values: { code: detail.code, back: "1" } });
    };
    undo = detail.back ? null : back;
    say(detail.text, detail.undo_word, undo);
    watch();
  });
  const refreshOthers = async (id) => {
    for (const row of rows().filter((row) => row.dataset.file === String(id) && row.dataset.as !== "pane")) {
      const fresh = await fetchRow(id, row.dataset.as);
      if (fresh) swap(row, fresh);
    }
    watch();
  };
  document.addEventListener("labsys:moving", ({ detail }) => { refreshOthers(detail.id); });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && undo) undo();
    if (!document.querySelector("[data-inbox]")) return;
    if (key === "j") step(1);
    if (key === "k") step(-1);
    if (["1", "2", "3"].includes(key)) document.querySelector(`#pane [data-attach="${key}"]`)?.click();
  });

  document.addEventListener("htmx:afterSettle", watch);
  window.labsysFiles = { watch };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
