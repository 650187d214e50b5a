// Many at once: keys, pasting, filling, undoing, the draft kept here, and what is sent.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const recorded = one("[data-grid-recorded]");
  if (recorded) localStorage.removeItem(`many:${recorded.dataset.gridRecorded}`);
  const form = one("form[data-many]");
  if (!form) return;

  const { Cells, parseBlock, countedOn } = window.labsysGrid;
  const cells = new Cells(one("table[data-grid]", form));
  const key = `many:${form.dataset.many}`;
  const note = one("[data-grid-note]", form);
  const before = []; // states to go back to
  const say = (text) => { note.textContent = text; };

  // --- how many there are, and the draft
  const commons = () => all("[data-common-of]", form).map((field) => one("input, select, textarea", field)).filter(Boolean);
  const refresh = () => {
    const count = cells.filled().length;
    one("[data-grid-count]", form).textContent = count ? String(count) : "";
    const button = one("[data-grid-record]", form);
    if (!button.disabled) button.textContent = count === 1 ? button.dataset.word : count ? button.dataset.words.replace("%s", count) : button.dataset.words.replace("%s", "");
    button.classList.toggle("primary", count > 0 || !one("[data-record-file]:enabled", form));
    one("[data-grid-undo]", form).disabled = before.length === 0;
    cells.sums();
  };
  const draft = () => ({ ...cells.state(), common: commons().map((field) => [field.name, field.value]) });
  let timer = 0;
  const keep = () => {
    localStorage.setItem(key, JSON.stringify(draft()));
    say(`✓ ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`);
  };
  const changed = () => { refresh(); clearTimeout(timer); timer = setTimeout(keep, 1000); };
  const change = (act) => {
    before.push(cells.state());
    if (before.length > 30) before.shift();
    act();
    changed();
  };
  const restore = () => {
    const stored = localStorage.getItem(key);
    if (!stored || "answered" in form.dataset) return;
    const { columns, rows, common } = JSON.parse(stored);
    const asked = new URLSearchParams(location.search);
    for (const [name, value] of common) {
      const field = form.elements.namedItem(name);
      if (field instanceof Element && name !== form.dataset.leading && !asked.has(name)) field.value = value;
    }
    cells.write({ columns, rows });
    toggles();
  };

  // --- columns come and go; what was common goes into the rows and back
  const toggles = () => {
    for (const box of all("[data-grid-toggle]", form)) {
      box.checked = cells.columns.includes(box.dataset.gridToggle);
      const field = one(`[data-common-of="${box.dataset.gridToggle}"]`, form);
      if (field) field.hidden = box.checked;
    }
  };
  const toggle = (box) => {
    const column = box.dataset.gridToggle;
    const field = one(`[data-common-of="${column}"] :is(input, select, textarea)`, form);
    const said = field?.tagName === "SELECT" ? field.selectedOptions[0]?.value && field.selectedOptions[0].textContent : field?.value;
    if (box.checked) {
      cells.showColumn(column);
      if (said) cells.filled().forEach((row) => { cells.cell(row, column).value = said; });
      if (field) field.value = "";
    } else {
      const values = [...new Set(cells.filled().map((row) => cells.cell(row, column).value))];
      cells.hideColumn(column);
      if (field && values.length === 1 && field.tagName !== "SELECT") field.value = values[0];
    }
    toggles();
  };

  // --- what the toolbar does
  let last = null; // the cell one was in
  const here = () => (last?.isConnected ? last : cells.at(0, 0));
  const fillDown = (input) => {
    const { row, column } = cells.place(input);
    const end = Math.max(...cells.rows.map((line, place) => (cells.values(line).some(Boolean) ? place : 0)), row);
    for (let at = row + 1; at <= end; at += 1) cells.at(at, column).value = input.value;
  };
  const countOn = (input) => {
    const { row, column } = cells.place(input);
    const end = Math.max(...cells.rows.map((line, place) => (cells.values(line).some(Boolean) ? place : 0)), row);
    for (let at = row + 1; at <= end; at += 1) cells.at(at, column).value = countedOn(input.value, at - row);
  };
  const likeFirst = (count) => {
    const first = cells.values(cells.rows[0]);
    const name = cells.columns.indexOf("name");
    cells.addRows(count - cells.rows.length);
    for (let at = 1; at < count && cells.rows[at]; at += 1)
      first.forEach((value, column) => { cells.at(at, column).value = column === name ? countedOn(value, at) : value; });
  };
  const buttons = {
    gridFill: () => fillDown(here()),
    gridCountOn: () => countOn(here()),
    gridLike: () => likeFirst(Math.min(Math.max(Number(one("[data-grid-number]", form).value) || 1, 1), cells.most)),
    gridAdd: (button) => cells.addRows(Number(button.dataset.gridAdd)),
    gridOut: (button) => cells.takeOut(button.closest("tr")),
    gridTake: () => { cells.write(JSON.parse(one("[data-grid-rows]", form).value)); toggles(); one("#rows-title").scrollIntoView(); cells.at(0, 0).focus(); },
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("gridUndo" in button.dataset && before.length) { cells.write(before.pop()); toggles(); changed(); }
    if ("gridDiscard" in button.dataset) { clearTimeout(timer); localStorage.removeItem(key); location.assign(location.pathname); }
    const name = Object.keys(buttons).find((known) => known in button.dataset);
    if (name) change(() => buttons[name](button));
  });

  // --- keys
  const go = (input, rows, columns) => {
    const { row, column } = cells.place(input);
    let next = cells.at(row + rows, column + columns);
    if (!next && rows === 1 && cells.addRows(1)) next = cells.at(row + 1, column);
    next?.focus();
    next?.select();
  };
  const atEdge = (input, start) => input.selectionStart === input.selectionEnd ? input.selectionStart === (start ? 0 : input.value.length) : input.selectionEnd - input.selectionStart === input.value.length;
  cells.table.addEventListener("keydown", (event) => {
    const input = event.target.closest("input[data-column]");
    if (!input || event.altKey || event.isComposing) return;
    const control = event.ctrlKey || event.metaKey;
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0] };
    const { row, column } = cells.place(input);
    if (control && event.key.toLowerCase() === "d") { event.preventDefault(); if (row) change(() => { input.value = cells.at(row - 1, column).value; }); }
    else if (control && event.key === "Delete") { event.preventDefault(); const next = cells.at(row + 1, column) || cells.at(row - 1, column); change(() => cells.takeOut(input.closest("tr"))); (next?.isConnected ? next : cells.at(0, 0)).focus(); }
    else if (control && event.key === "Enter") { event.preventDefault(); one("[data-grid-record]", form).click(); }
    else if (!control && moves[event.key]) { event.preventDefault(); go(input, ...moves[event.key]); }
    else if (!control && !event.shiftKey && event.key === "ArrowLeft" && atEdge(input, true)) { event.preventDefault(); go(input, 0, -1); }
    else if (!control && !event.shiftKey && event.key === "ArrowRight" && atEdge(input, false)) { event.preventDefault(); go(input, 0, 1); }
  });
  cells.table.addEventListener("focusin", (event) => { if (event.target.matches("input[data-column]")) last = event.target; });
  cells.table.addEventListener("input", (event) => cells.sound(event.target));

  // --- a pasted block spreads over the cells
  cells.table.addEventListener("paste", (event) => {
    const input = event.target.closest("input[data-column]");
    const text = event.clipboardData.getData("text/plain");
    if (!input || !/[\t\n\r]/.test(text.trimEnd())) return;
    event.preventDefault();
    const block = parseBlock(text);
    const { row, column } = cells.place(input);
    if (row + block.length > cells.most) { say(`${block.length} > ${cells.most - row}`); return; }
    change(() => {
      cells.addRows(row + block.length - cells.rows.length);
      block.forEach((line, down) => line.forEach((value, right) => { const cell = cells.at(row + down, column + right); if (cell) { cell.value = value; cells.sound(cell); } }));
    });
  });

  form.addEventListener("input", (event) => { if (!event.target.matches("[type=file]")) changed(); });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-grid-toggle]")) change(() => toggle(event.target));
    else if (form.dataset.leading && event.target.name === form.dataset.leading) { keep(); location.assign(`?${form.dataset.leading}=${encodeURIComponent(event.target.value)}`); }
    else if (event.target.matches("#many-file")) one("[data-check]", form).click();
    else changed();
  });
  form.addEventListener("submit", (event) => {
    keep();
    clearTimeout(timer);
    if (event.submitter && !event.submitter.matches("[data-grid-record]")) return;
    const table = document.createElement("input");
    Object.assign(table, { type: "hidden", name: "table", value: JSON.stringify({ columns: cells.columns, rows: cells.filled().map((row) => cells.values(row)) }) });
    form.append(table);
    one("#many-file", form).disabled = true; // what is in the grid is sent without the file
  });
  document.addEventListener("htmx:afterSettle", refresh);

  cells.number();
  restore();
  refresh();
  if ("answered" in form.dataset) one("[aria-invalid=true]", form)?.focus();
});
