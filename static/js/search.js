// The search field of the frame: answers as one types, arrows choose, Enter opens what is chosen or searches.
"use strict";

(() => {
  const field = document.querySelector(".bar form.search input[type=search]");
  const list = document.querySelector("#suggestions");
  if (!field || !list) return;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector('[aria-selected="true"]');
  const mark = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  };
  const show = (open) => { list.hidden = !open; field.setAttribute("aria-expanded", String(open && options().length > 0)); if (!open) mark(null); };

  let asked = "", timer = 0, running = null;
  const ask = async () => {
    const text = field.value.trim();
    if (!text) { asked = ""; list.replaceChildren(); show(false); return; }
    if (text === asked) { show(true); return; }
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(`${list.dataset.url}?q=${encodeURIComponent(text)}`, { signal: running.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected || field.value.trim() !== text) return;
      list.innerHTML = await answer.text();
      asked = text;
      show(document.activeElement === field);
    } catch (error) { if (error.name !== "AbortError") show(false); }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  field.addEventListener("focus", () => { if (field.value.trim() && field.value.trim() === asked) show(true); });
  field.addEventListener("keydown", (event) => {
    const all = options();
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      if (list.hidden) show(true);
      const at = all.indexOf(chosen());
      mark(event.key === "ArrowDown" ? all[Math.min(at + 1, all.length - 1)] : at > 0 ? all[at - 1] : null);
    } else if (event.key === "Enter" && chosen() && !list.hidden && field.value.trim() === asked) {
      event.preventDefault();
      location.href = chosen().href;
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    }
  });
  field.form.addEventListener("submit", () => { clearTimeout(timer); running?.abort(); });
  document.addEventListener("click", (event) => { if (!event.target.closest("form.search")) show(false); });
  field.addEventListener("blur", () => setTimeout(() => { if (!list.contains(document.activeElement)) show(false); }, 150));
})();
