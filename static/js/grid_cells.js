// The cells of a grid: reading, writing, adding rows and columns. Knows no keys and no server.
"use strict";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // A block as spreadsheets copy it: tabs between cells, lines between rows, quotes round what holds either.
  const parseBlock = (text) => {
    const rows = [[]];
    let cell = "";
    let quoted = false;
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let at = 0; at < source.length; at += 1) {
      const sign = source[at];
      if (quoted) {
        if (sign === '"' && source[at + 1] === '"') { cell += '"'; at += 1; }
        else if (sign === '"') quoted = false;
        else cell += sign;
      } else if (sign === '"' && cell === "") quoted = true;
      else if (sign === "\t") { rows.at(-1).push(cell); cell = ""; }
      else if (sign === "\n") { rows.at(-1).push(cell); cell = ""; rows.push([]); }
      else cell += sign;
    }
    rows.at(-1).push(cell);
    return rows.map((row) => row.map((value) => value.replace(/\n/g, " ").trim()));
  };

  // "Cell A-09" with 2 more is "Cell A-11": the last number in a name is counted on.
  const countedOn = (text, steps) => {
    const found = /^(.*?)(\d+)(\D*)$/.exec(text);
    if (!found) return text ? `${text} ${steps + 1}` : "";
    return found[1] + String(Number(found[2]) + steps).padStart(found[2].length, "0") + found[3];
  };

  class Cells {
    constructor(table) {
      this.table = table;
      this.body = table.tBodies[0];
      this.most = Number(table.closest("[data-most]").dataset.most);
    }
    get rows() { return all("tr[data-row]", this.body); }
    get columns() { return all("th[data-column]", this.table.tHead).map((head) => head.dataset.column); }
    cell(row, column) { return one(`input[data-column="${column}"]`, row); }
    values(row) { return this.columns.map((column) => this.cell(row, column).value.trim()); }
    filled() { return this.rows.filter((row) => this.values(row).some(Boolean)); }
    place(input) { return { row: this.rows.indexOf(input.closest("tr")), column: this.columns.indexOf(input.dataset.column) }; }
    at(row, column) { const line = this.rows[row]; return line && this.columns[column] ? this.cell(line, this.columns[column]) : null; }
    state() { return { columns: this.columns, rows: this.rows.map((row) => this.values(row)) }; }

    addRows(count) {
      const added = Math.min(count, this.most - this.rows.length);
      for (let n = 0; n < added; n += 1) {
        const copy = this.rows.at(-1).cloneNode(true);
        for (const input of all("input", copy)) { input.value = ""; this.sound(input); }
        all(".error", copy).forEach((error) => error.remove());
        this.body.append(copy);
      }
      this.number();
      return added === count;
    }
    takeOut(row) {
      if (row.nextElementSibling?.matches("[data-row-faults]")) row.nextElementSibling.remove();
      if (this.rows.length > 1) row.remove();
      else all("input", row).forEach((input) => { input.value = ""; });
      this.number();
    }
    number() {
      this.rows.forEach((row, place) => {
        row.cells[0].textContent = place + 1;
        for (const input of all("input", row)) {
          const head = one(`th[data-column="${input.dataset.column}"]`, this.table.tHead);
          input.removeAttribute("name"); // what is sent is one table, whatever its length
          input.setAttribute("aria-label", `${place + 1}, ${head.textContent.replace("*", "").trim()}`);
        }
      });
    }
    sound(input) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      all(".error", input.parentElement).forEach((error) => error.remove());
    }
    write(state) {
      this.show(state.columns);
      const places = state.columns.map((column) => this.columns.indexOf(column));
      while (this.rows.length > Math.max(state.rows.length, 1)) this.takeOut(this.rows.at(-1));
      this.addRows(state.rows.length - this.rows.length);
      this.rows.forEach((row, number) => {
        for (const input of all("input", row)) input.value = "";
        (state.rows[number] || []).forEach((value, place) => {
          const input = this.at(number, places[place]);
          if (input) input.value = value;
        });
      });
    }
    // Columns as wished: a column that is there stays, others come and go at the end.
    show(wanted) {
      for (const column of this.columns) if (!wanted.includes(column)) this.hideColumn(column);
      for (const column of wanted) if (!this.columns.includes(column)) this.showColumn(column);
    }
    hideColumn(column) {
      const place = this.columns.indexOf(column) + 1;
      if (place < 1 || this.columns.length < 2) return;
      for (const row of [...this.table.tHead.rows, ...this.rows, ...this.table.tFoot.rows]) row.cells[place].remove();
    }
    showColumn(column) {
      const box = one(`[data-grid-toggle="${column}"]`);
      if (!box) return;
      const head = document.createElement("th");
      head.scope = "col";
      head.dataset.column = column;
      head.dataset.shape = box.dataset.shape;
      head.dataset.unit = box.dataset.unit;
      head.append(`${box.dataset.label} `);
      if (box.dataset.unit) { const unit = document.createElement("span"); unit.className = "unit"; unit.textContent = box.dataset.unit; head.append(unit); }
      const last = this.table.tHead.rows[0].cells;
      last[last.length - 1].before(head);
      for (const row of this.rows) {
        const cell = document.createElement("td");
        const input = document.createElement("input");
        Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false });
        input.dataset.column = column;
        input.dataset.shape = box.dataset.shape;
        input.setAttribute("list", `offers-${column}`);
        cell.append(input);
        row.cells[row.cells.length - 1].before(cell);
      }
      const sum = document.createElement("td");
      sum.className = "num";
      sum.dataset.sum = column;
      const foot = this.table.tFoot.rows[0].cells;
      foot[foot.length - 1].before(sum);
      this.number();
    }
    sums() {
      for (const out of all("[data-sum]", this.table)) {
        const column = out.dataset.sum;
        const { shape, unit } = one(`th[data-column="${column}"]`, this.table.tHead).dataset;
        const texts = this.rows.map((row) => this.cell(row, column).value.trim()).filter(Boolean);
        const numbers = texts.map((text) => Number((unit && text.endsWith(unit) ? text.slice(0, -unit.length) : text).replace(/[\s\u00a0]/g, "").replace("−", "-").replace(",", ".")));
        const whole = shape === "quantity" && numbers.length > 1 && !numbers.some(Number.isNaN);
        out.textContent = whole ? String(Number(numbers.reduce((a, b) => a + b, 0).toPrecision(8))).replace("-", "−") : "";
      }
    }
  }
  window.labsysGrid = { Cells, parseBlock, countedOn };
})();
