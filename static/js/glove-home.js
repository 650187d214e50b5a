// The first page of glove mode: a scan says what it is and which steps use it; what is kept here, and what was recorded.
"use strict";

(() => {
  const { one, all, main, queue, signal, lookUp } = window.gloveParts;

  // --- an entry that was refused becomes the draft of its step again, under the same key, with its sentences
  window.gloveReopen = (id) => {
    const entry = queue.list().find((kept) => kept.id === id);
    const query = new URLSearchParams(entry.path.split("?")[1] ?? "");
    query.set("entry", id);
    const address = `${entry.path.split("?")[0]}?${query}`;
    queue.write(`glove:draft:${main.dataset.person}:${address}`, { ...entry.draft, key: id, errors: entry.errors, whole: entry.whole });
    queue.remove(id);
    return address;
  };
  const home = one("[data-home-scan]");
  if (!home) return;

  const found = async (text) => {
    const answer = await lookUp(text);
    const known = Boolean(answer.found);
    const box = one("[data-chip]", home);
    box.classList.toggle("fits", known);
    box.classList.toggle("not", !known);
    one("[data-chip-words]", box).textContent = known ? [answer.code, answer.name, answer.leftText].filter(Boolean).join(" · ") : answer.code;
    const said = one("[data-said]", home);
    said.textContent = known ? "" : answer.said || home.dataset.away;
    said.hidden = known;
    one("[data-found]", home).hidden = !known;
    one("[data-open]", home).href = answer.address ?? `/s/${encodeURIComponent(answer.code)}`;
    for (const tile of all("[data-step]")) tile.href = known && (answer.kind === "sample" || answer.left) ? `${tile.dataset.step}?from=${encodeURIComponent(answer.code)}` : tile.dataset.step;
    signal(known);
  };
  document.addEventListener("labsys:scan", (event) => { event.preventDefault(); found(event.detail.code); });
  home.addEventListener("click", (event) => {
    if (!event.target.closest("[data-type-code]")) return;
    const form = one(".g-typed", home);
    form.hidden = !form.hidden;
    one("input", form).focus();
  });
  one(".g-typed", home).addEventListener("submit", (event) => { event.preventDefault(); const field = one("input", event.target); if (field.value.trim()) found(field.value); field.value = ""; });

  const button = (text, act) => { const made = Object.assign(document.createElement("button"), { type: "button", className: "g-button", textContent: text }); made.addEventListener("click", () => act(made)); return made; };
  const span = (text, css) => Object.assign(document.createElement("span"), { textContent: text, className: css });
  const clock = (at) => new Date(at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const draw = () => {
    const box = one("[data-kept-list]");
    const entries = queue.list();
    one("[data-kept]").hidden = !entries.length;
    box.replaceChildren(...entries.map((entry) => {
      const line = document.createElement("li");
      const mine = entry.person === main.dataset.person;
      line.append(span(entry.title, "strong"), span(clock(entry.at), "text3 grow"));
      if (entry.state === "refused") {
        line.className = "refused";
        line.append(span(entry.said, "bad-text"));
        if (mine) line.append(button(box.dataset.correct, () => { location.href = window.gloveReopen(entry.id); }), button(box.dataset.drop, (made) => { if (made.dataset.sure) queue.remove(entry.id); else { made.dataset.sure = "1"; made.textContent = box.dataset.sure; } }));
      } else line.append(span(mine ? box.dataset.waits : box.dataset.other, "text3"));
      return line;
    }));
    const sent = queue.sent().filter((entry) => entry.person === main.dataset.person);
    one("[data-sent]").hidden = !sent.length;
    one("[data-sent-list]").replaceChildren(...sent.map((entry) => {
      const line = document.createElement("li");
      line.append(Object.assign(document.createElement("a"), { href: entry.address, className: "code", textContent: entry.code }), span(entry.title, "grow"), span(clock(entry.at), "text3"));
      return line;
    }));
  };
  document.addEventListener("glove:queue", draw);
  one("[data-send-now]").addEventListener("click", () => queue.sendAll());
  draw();
})();
