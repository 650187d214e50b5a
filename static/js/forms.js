// Forms: sample inputs with a list, added rows, deviations, shares, what a step takes, drafts, busy buttons.
"use strict";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const number = (text) => parseFloat(String(text).replace(/[\s\u00a0]/g, "").replace("−", "-").replace(",", "."));

  // --- sample input: arrows move, Enter or a click chooses, Escape closes
  const close = (combo) => { one(".combo-list", combo).replaceChildren(); one("input", combo).setAttribute("aria-expanded", "false"); one("input", combo).removeAttribute("aria-activedescendant"); };
  const choose = (combo, option) => {
    const input = one("input", combo);
    input.value = option.dataset.code;
    one(".combo-picked", combo).textContent = `${option.dataset.name} · ${option.dataset.left}`;
    input.dataset.left = option.dataset.left;
    close(combo);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const option = event.target.closest(".combo-option[data-code]");
    if (option) { event.preventDefault(); choose(option.closest("[data-combo]"), option); return; }
    for (const combo of all("[data-combo]")) if (!combo.contains(event.target)) close(combo);
  });
  document.addEventListener("keydown", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (!combo) return;
    const options = all(".combo-option[data-code]:not(:disabled)", combo);
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = options[(at + (event.key === "ArrowDown" ? 1 : options.length - 1) + options.length) % options.length];
      options.forEach((option, place) => {
        option.id = `${one(".combo-list", combo).id}-${place}`;
        option.setAttribute("aria-selected", String(option === next));
      });
      if (next) one("input", combo).setAttribute("aria-activedescendant", next.id);
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(combo, options[at]); }
    else if (event.key === "Escape" || event.key === "Tab") { combo.dataset.dismissed = one("input", combo).value; close(combo); }
  });
  // Whoever goes on to another field leaves no list behind; a press on a choice keeps the focus in the input.
  document.addEventListener("mousedown", (event) => { if (event.target.closest(".combo-option")) event.preventDefault(); });
  document.addEventListener("focusout", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    // Not at once: a choice with the focus loses it while htmx takes the old list out, which must not vanish under its hands.
    if (combo && !combo.contains(event.relatedTarget)) queueMicrotask(() => close(combo));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const field = event.target.matches?.(".combo-list") ? one("input", event.target.parentElement) : null;
    const dismissed = field?.closest("[data-combo]")?.dataset.dismissed; // an answer that comes late opens nothing again
    if (field && document.activeElement === field && dismissed !== field.value)
      one("input", event.target.parentElement).setAttribute("aria-expanded", "true");
    else if (event.target.matches?.(".combo-list")) event.target.replaceChildren();
  });

  // --- rows
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const name = button.dataset.addRow;
    const total = one(`[name="${name}-TOTAL_FORMS"]`);
    const body = one(`table[data-rows="${name}"] tbody`);
    const copy = one(`template[data-row-template="${name}"]`).innerHTML.replaceAll("__prefix__", total.value);
    const last = body.lastElementChild;
    body.insertAdjacentHTML("beforeend", copy);
    total.value = Number(total.value) + 1;
    const added = last ? last.nextElementSibling : body.firstElementChild;
    window.htmx?.process(added);
    one("input, select", added)?.focus();
  });

  // --- planned beside actual: the server reads what was typed, as it will when the form is sent
  const address = "/quantities/read/";
  const ask = async (query) => {
    try {
      const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : {};
    } catch { return {}; }
  };
  const say = (cell, answer) => {
    const row = cell.closest("tr");
    const why = row.nextElementSibling?.matches(".why-row") ? row.nextElementSibling : null;
    const out = one("[data-deviation]", row);
    if (out) {
      out.textContent = answer.deviation ?? "";
      out.classList.toggle("warn-text", Boolean(answer.over));
      out.classList.toggle("text2", !answer.over);
    }
    cell.classList.toggle("over", Boolean(answer.over));
    if (why) why.hidden = !answer.over;
  };
  const noted = (cell, note, bad = false, proposal = "") => {
    const line = one("[data-typed]", cell);
    if (!line) return;
    line.textContent = note;
    line.classList.toggle("bad-text", bad);
    if (!proposal) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: proposal });
    button.dataset.useValue = proposal;
    line.append(" ", button);
  };
  const measuredCell = async (cell) => {
    const input = one("input", cell);
    const typed = input.value;
    if (!typed.trim()) { say(cell, {}); noted(cell, ""); return; }
    const query = new URLSearchParams({ text: typed, unit: cell.dataset.unit, planned: cell.dataset.planned, limit: cell.dataset.limit ?? "", lowest: input.dataset.lowest ?? "" });
    const answer = await ask(query);
    if (input.value !== typed) return;
    if (answer.value !== undefined && answer.note) input.value = answer.value;
    say(cell, answer);
    if (answer.error) noted(cell, answer.error, true, answer.proposal);
    else noted(cell, answer.note ? `← ${answer.note}` : "");
  };
  const column = (row, name) => one(`[data-column="${name}"]`, row);
  const takeRow = async (row) => {
    const role = column(row, "role")?.value;
    const rows = all("tr[data-take-row]").filter((other) => other === row || (role && column(other, "role")?.value === role));
    const [first] = rows;
    const query = new URLSearchParams({ unit: one(".unit", first)?.textContent ?? "g", planned: one("[data-planned-share]", first)?.textContent.replace("–", "") ?? "", limit: one("td.actual", first).dataset.limit ?? "" });
    for (const other of rows)
      if (column(other, "sample")?.value && column(other, "amount")?.value) {
        query.append("sample", column(other, "sample").value);
        query.append("text", column(other, "amount").value);
      }
    const cell = one("td.actual", first);
    if (!query.has("sample")) { say(cell, {}); noted(cell, ""); return; }
    const answer = await ask(query);
    say(cell, answer);
    noted(cell, answer.error ?? (answer.note ? `= ${answer.note}` : ""), Boolean(answer.error), answer.proposal);
  };
  const compare = (field) => {
    const cell = field.closest("td[data-planned]");
    if (cell) { measuredCell(cell); return; }
    const row = field.closest("tr[data-take-row]");
    if (row) takeRow(row);
  };
  document.addEventListener("change", (event) => {
    if (event.target.id === "id_target_mass_mg") { shares(); all("tr[data-take-row]").forEach(takeRow); }
    compare(event.target);
    event.target.closest("[data-send-on-change]")?.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const use = event.target.closest("[data-use-value]");
    const input = use && one("input[type=text]", use.closest("td, .field"));
    if (input) { input.value = use.dataset.useValue; input.removeAttribute("aria-invalid"); input.dispatchEvent(new Event("change", { bubbles: true })); input.focus(); }
    if (event.target.closest("[data-as-planned]")) asPlanned(event.target.closest("form"));
  });
  // One press writes the plan into what is still empty: a deliberate act, since a plan is no measurement.
  const asPlanned = (form) => {
    const fill = (input, value) => {
      if (!input || input.value || !value) return;
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    for (const cell of all("td[data-planned]", form)) fill(one("input", cell), cell.dataset.planned);
    for (const row of all("tr[data-take-row]", form)) if (column(row, "sample")?.value) fill(column(row, "amount"), one("[data-planned-share]", row)?.textContent.replace("–", "").replace("\u00a0", " "));
  };

  // --- the sum of shares, and what the step takes
  const sums = () => {
    const out = one("[data-share-sum]");
    if (!out) return;
    const total = all("[data-share]").map((input) => number(input.value)).filter((value) => !Number.isNaN(value)).reduce((a, b) => a + b, 0);
    out.textContent = String(Math.round(total * 10000) / 10000);
    out.className = Math.abs(total - 100) < 1e-9 ? "" : "bad-text";
  };
  const takes = () => {
    const body = one("[data-takes-body]");
    if (!body) return;
    const rows = all('table[data-rows="takes"] tbody tr[data-take-row]').map((row) => {
      const code = one('[data-column="sample"]', row);
      const amount = one('[data-column="amount"]', row);
      if (!code?.value || !amount?.value) return null;
      const unit = /[^\d.,\s−+-]/.test(amount.value) ? "" : `\u00a0${one(".unit", row).textContent}`;
      const line = document.createElement("tr");
      for (const [text, name] of [[code.value, "code"], [amount.value + unit, "num"], [code.dataset.left || "", "num text3"]]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        cell.className = name;
        line.append(cell);
      }
      return line;
    });
    body.replaceChildren(...rows.filter(Boolean));
  };
  // A share of the recipe becomes a mass as soon as the target is known.
  const shares = () => {
    const target = number(one("#id_target_mass_mg")?.value);
    for (const cell of all('[data-planned-share$="wt %"]')) {
      const share = cell.dataset.plannedShare;
      cell.textContent = Number.isNaN(target) ? share : `${Number(((number(share) * target) / 100).toPrecision(6))}\u00a0mg`;
    }
  };
  // --- a choice that leaves some fields without meaning takes them away, and what stood in them is not sent
  const narrowed = () => {
    for (const select of all("select[data-hides]")) {
      const rules = JSON.parse(select.dataset.hides);
      const hidden = new Set(rules[select.value] ?? []);
      for (const name of new Set(Object.values(rules).flat())) {
        const input = select.form.elements.namedItem(name);
        if (!input) continue;
        input.disabled = hidden.has(name);
        (input.closest("[data-step-row]") ?? input.closest(".field"))?.toggleAttribute("hidden", hidden.has(name));
      }
    }
  };
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
  const refresh = () => { narrowed(); shares(); sums(); takes(); };
  document.addEventListener("input", refresh);
  document.addEventListener("change", refresh);

  // --- drafts: kept in this browser two seconds after the last key, until the form is saved or discarded
  const skip = (field) => !field.name || field.type === "password" || field.type === "file" || field.name === "csrfmiddlewaretoken" || field.name === "submission_key";
  const key = (form) => `draft:${form.dataset.draft}${location.search}`;
  const keep = (form) => {
    const values = [...form.elements].filter((field) => !skip(field)).map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
    localStorage.setItem(key(form), JSON.stringify(values));
    const note = one("[data-draft-note]", form);
    if (note) note.textContent = `✓ ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
  };
  const restore = (form) => {
    const stored = localStorage.getItem(key(form));
    if (!stored || one("[aria-invalid=true]", form)) return;
    const values = new Map(JSON.parse(stored));
    for (const [name, value] of values)
      if (name.endsWith("-TOTAL_FORMS")) {
        const rows = name.replace("-TOTAL_FORMS", "");
        while (Number(one(`[name="${name}"]`, form)?.value) < Number(value)) one(`[data-add-row="${rows}"]`, form).click();
      }
    for (const [name, value] of values) {
      const field = form.elements.namedItem(name);
      if (!field || field instanceof RadioNodeList) continue;
      if (field.type === "checkbox") field.checked = value;
      else field.value = value;
    }
    document.activeElement?.blur();
    all("td[data-planned] input, tr[data-take-row] [data-column=amount]", form).forEach((field) => { if (field.value) compare(field); });
  };
  let timer = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 2000);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-draft-drop]")?.closest("form");
    if (form) { clearTimeout(timer); localStorage.removeItem(key(form)); }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter ?? one("button.primary", form);
    if (form.dataset.draft) { clearTimeout(timer); keep(form); sessionStorage.setItem("sent", key(form)); }
    if (button?.dataset.busy) { button.style.minWidth = `${button.offsetWidth}px`; button.textContent = button.dataset.busy; }
  });
  document.addEventListener("DOMContentLoaded", () => {
    // A form that was sent and is not shown again was saved: its draft has done its work.
    const sent = sessionStorage.getItem("sent");
    const shown = one("form[data-draft]");
    if (sent && !(shown && key(shown) === sent)) localStorage.removeItem(sent);
    sessionStorage.removeItem("sent");
    all("form[data-draft]").forEach(restore);
    refresh();
  });
})();
