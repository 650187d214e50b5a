// One analysis: a change of its choices is tried at once; components of a fit are moved in the figure or by their numbers.
"use strict";

(() => {
  const form = document.querySelector("form[data-try]");
  if (!form) return;
  const STEP_EV = 0.05, PAUSE_MS = 200;
  const chart = document.querySelector("[data-chart]");
  const state = document.querySelector("[data-preview-state]");
  const complaint = form.querySelector("[data-try-error]");
  const fits = form.querySelector("[name=fits]");
  const table = form.querySelector("[data-components]");
  const region = form.dataset.region;
  let asked = null, timer = 0, handles = [], layer = null, dragged = null;

  // --- what is changed of the components of the shown region stands in the field of the fits, as JSON
  const changes = () => { try { return fits?.value.trim() ? JSON.parse(fits.value) : {}; } catch { return {}; } };
  const changeOf = (name) => changes()[region]?.components?.[name] || {};
  const change = (name, values) => {
    const all = changes();
    const own = (all[region] ??= {});
    const component = ((own.components ??= {})[name] ??= {});
    for (const [key, value] of Object.entries(values)) if (value === null) delete component[key]; else component[key] = value;
    if (!Object.keys(component).length) delete own.components[name];
    fits.value = JSON.stringify(all, null, 1);
    tryNow();
  };
  const moveTo = (name, x) => change(name, { centre_eV: Number(x.toFixed(3)), centre_tolerance_eV: 0 });

  // --- try
  const tryNow = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE_MS); };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    state.textContent = state.dataset.trying;
    const address = new URL(form.dataset.try, location.href);
    address.searchParams.set("theme", window.labsysTheme());
    try {
      const response = await fetch(address, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, signal: asked.signal });
      const answer = await response.json().catch(() => ({}));
      tell(answer, response.ok ? "" : response.statusText);
      if (response.ok) await show(answer); else state.textContent = state.dataset.now;
    } catch (error) {
      if (error.name !== "AbortError") { complain(String(error.message)); state.textContent = state.dataset.now; }
    }
  };
  const tell = (answer, otherwise) => {
    for (const old of form.querySelectorAll("[data-tried-error]")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const [name, said] of Object.entries(answer.errors || {})) {
      const field = form.elements[name];
      const note = document.createElement("p");
      note.className = "error";
      note.dataset.triedError = "";
      note.setAttribute("role", "alert");
      note.textContent = said.join(" ");
      field?.setAttribute("aria-invalid", "true");
      (field?.closest(".field") || form).append(note);
    }
    complain(answer.errors ? "" : answer.error || otherwise);
  };
  const complain = (text) => { complaint.textContent = text; complaint.hidden = !text; };
  const show = async (answer) => {
    state.textContent = `${state.dataset.tried} · ${answer.seconds} s`;
    document.querySelector("[data-preview-findings]").innerHTML = answer.findings;
    document.querySelector("[data-preview-flags]").replaceChildren(...answer.flags.map((text) => {
      const line = document.createElement("p");
      line.className = "note-line warn-text flag";
      line.textContent = text;
      return line;
    }));
    if (!chart || !answer.chart || !window.Plotly) return;
    const { data, layout } = answer.chart.figure;
    await window.Plotly.react(chart, data, layout, { responsive: true, displaylogo: false, displayModeBar: false, doubleClick: false, showTips: false });
    const panel = chart.closest(".chart-panel");
    panel.querySelector("[data-chart-caption]").textContent = answer.chart.caption;
    panel.querySelector("[data-chart-subtitle]").textContent = answer.chart.subtitle;
    take(answer.handles);
  };

  // --- handles in the figure, and a row of numbers for each
  const take = (found) => {
    if (!fits || !chart || !found?.length) return;
    handles = found;
    if (!layer) {
      layer = document.createElement("div");
      layer.className = "handles";
      chart.after(layer);
      chart.on?.("plotly_afterplot", place);
      new ResizeObserver(place).observe(chart);
    }
    const before = document.activeElement?.closest?.(".handles")?.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    layer.replaceChildren(...found.map(handle));
    rows();
    place();
    if (before) [...layer.children].find((one) => one.dataset.name === before)?.focus();
  };
  const axes = () => {
    const shown = chart._fullLayout;
    if (!shown) return null;
    const ids = Object.keys(shown).filter((name) => /^yaxis\d*$/.test(name)).sort((one, other) => (Number(one.slice(5)) || 1) - (Number(other.slice(5)) || 1));
    return { x: shown.xaxis, y: shown[ids[ids.length - 1]] };
  };
  const place = () => {
    const both = axes();
    if (!layer || !both) return;
    layer.style.left = `${chart.offsetLeft}px`;
    layer.style.top = `${chart.offsetTop}px`;
    for (const one of layer.children) {
      const found = handles.find((each) => each.name === one.dataset.name);
      if (!found || one === dragged) continue;
      one.style.left = `${both.x._offset + both.x.l2p(found.x)}px`;
      one.style.top = `${both.y._offset + both.y.l2p(found.y)}px`;
    }
  };
  const handle = (found) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.name = found.name;
    button.title = found.name;
    button.setAttribute("aria-label", `${found.name}, ${found.x.toFixed(2)} eV, ${words.move}`);
    if (changeOf(found.name).centre_tolerance_eV === 0) button.className = "held";
    button.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      button.setPointerCapture(event.pointerId);
      button.focus();
      dragged = button;
    });
    button.addEventListener("pointermove", (event) => {
      if (dragged !== button) return;
      button.style.left = `${event.clientX - chart.getBoundingClientRect().left}px`;
    });
    button.addEventListener("pointerup", (event) => {
      if (dragged !== button) return;
      dragged = null;
      const { x } = axes();
      moveTo(found.name, x.p2l(event.clientX - chart.getBoundingClientRect().left - x._offset));
    });
    button.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!way) return;
      event.preventDefault();
      const { x } = axes();
      const to = found.x + way * STEP_EV * (x.range[0] > x.range[1] ? -1 : 1);
      found.x = to;
      place();
      moveTo(found.name, to);
    });
    return button;
  };
  const words = table ? JSON.parse(table.dataset.words) : {};
  const rows = () => {
    if (!table || table.contains(document.activeElement)) return;
    const head = `<thead><tr><th scope="col">${words.component}</th><th scope="col">${words.centre}, eV</th><th scope="col">${words.width}, eV</th><th scope="col">${words.out}</th></tr></thead>`;
    const names = [...new Set([...handles.map((one) => one.name), ...Object.keys(changes()[region]?.components || {})])];
    const whole = document.createElement("table");
    whole.innerHTML = head;
    const body = whole.createTBody();
    for (const name of names) {
      const found = handles.find((one) => one.name === name), own = changeOf(name);
      const row = body.insertRow();
      const title = document.createElement("th");
      title.scope = "row";
      title.textContent = name;
      row.append(title);
      row.insertCell().append(number(`${name}: ${words.centre}`, own.centre_eV ?? found?.x.toFixed(2) ?? "", (value) => change(name, value === null ? { centre_eV: null, centre_tolerance_eV: null } : { centre_eV: value, centre_tolerance_eV: 0 })));
      row.insertCell().append(number(`${name}: ${words.width}`, typeof own.fwhm_eV === "number" ? own.fwhm_eV : "", (value) => change(name, { fwhm_eV: value })));
      const out = document.createElement("input");
      out.type = "checkbox";
      out.checked = own.removed === true;
      out.setAttribute("aria-label", `${words.out}: ${name}`);
      out.addEventListener("change", () => change(name, { removed: out.checked || null }));
      row.insertCell().append(out);
    }
    table.replaceChildren(whole);
    table.hidden = !names.length;
  };
  const number = (label, value, changed) => {
    const input = document.createElement("input");
    input.type = "number";
    input.step = "0.01";
    input.value = value;
    input.setAttribute("aria-label", label);
    input.addEventListener("change", () => changed(input.value === "" ? null : Number(input.value)));
    return input;
  };

  form.addEventListener("input", (event) => { if (event.target.name && event.target.name !== "reason") tryNow(); });
  document.addEventListener("labsys:theme", () => { if (state.textContent !== state.dataset.now) ask(); });
  // The saved figure tells its handles; nothing was changed yet.
  if (fits && chart) {
    const wait = () => chart._fullLayout ? fetch(`${chart.dataset.chart}.json`, { headers: { Accept: "application/json" } }).then((found) => found.json()).then((found) => take(found.handles)) : setTimeout(wait, 100);
    wait();
  }
})();
