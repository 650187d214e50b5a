// Changing a record: says when the draft that was kept here is older than the newest change by somebody else.
"use strict";

(() => {
  const form = document.querySelector("form[data-draft][data-newest]");
  if (!form) return;
  const draft = `draft:${form.dataset.draft}${location.search}`;
  const typed = `typed:${draft}`;
  const note = form.querySelector("[data-draft-older]");
  if (note && localStorage.getItem(draft) && !form.querySelector("[aria-invalid=true]")) {
    const at = localStorage.getItem(typed);
    note.hidden = !at || new Date(at) >= new Date(form.dataset.newest);
  } else if (!localStorage.getItem(draft)) localStorage.removeItem(typed);
  form.addEventListener("input", () => {
    if (!note || note.hidden) localStorage.setItem(typed, new Date().toISOString());
  });
})();
