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
    else if (event.key === "Escape" || event.key === "Tab") close(combo);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches?.(".combo-list") && document.activeElement === one("input", event.target.parentElement))
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
    body.insertAdjacentHTML("beforeend", copy);
    total.value = Number(total.value) + 1;
    window.htmx?.process(body.lastElementChild);
    one("input, select", body.lastElementChild)?.focus();
  });

  // --- planned beside actual
  const apart = (planned, actual, unit) => {
    if (Number.isNaN(planned) || Number.isNaN(actual)) return "";
    const sign = (value, digits) => (value > 0 ? "+" : "") + value.toFixed(digits).replace("-", "−");
    if (unit === "°C") return actual === planned ? "0" : `${sign(actual - planned, 0)}\u00a0°C`;
    return actual === planned || planned === 0 ? "0" : `${sign((100 * (actual - planned)) / planned, 1)}\u00a0%`;
  };
  const deviation = (cell) => {
    const out = one("[data-deviation]", cell.parentElement);
    if (out) out.textContent = apart(number(cell.dataset.planned), number(one("input", cell)?.value), cell.dataset.unit);
  };
  // What a step takes is compared only where plan and amount are in one unit: no conversion is guessed here.
  const unitOf = (text) => String(text).replace(/^[\s\d.,−+-]+/, "").trim();
  const takeDeviation = (row) => {
    const planned = one("[data-planned-share]", row);
    const amount = one('[data-column="amount"]', row);
    const out = one("[data-deviation]", row);
    if (!planned || !amount || !out) return;
    const unit = unitOf(amount.value) || one(".unit", row).textContent;
    out.textContent = unit === unitOf(planned.textContent) ? apart(number(planned.textContent), number(amount.value), unit) : "";
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
    const rows = all('table[data-rows="takes"] tbody tr').map((row) => {
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
  const refresh = () => { all("[data-planned]").forEach(deviation); shares(); all('table[data-rows="takes"] tbody tr').forEach(takeDeviation); sums(); takes(); };
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
