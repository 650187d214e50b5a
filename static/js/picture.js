// Measuring in a picture: lines and boxes are drawn or typed, listed, and saved together as a new version.
"use strict";

(() => {
  const panel = document.querySelector("[data-picture]");
  if (!panel) return;
  const told = JSON.parse(panel.dataset.picture);
  const stage = panel.querySelector("[data-stage]");
  const at = (name) => panel.querySelector(`[data-field="${name}"]`);
  const value = (name) => Number.parseFloat(at(name).value);
  const marks = new Map(Object.entries(told.marks));
  let scale = told.scale, tool = "distance", from = null;
  const NS = "http://www.w3.org/2000/svg";

  // --- lengths
  const pixel = () => {
    if (!scale) return told.pixel;
    const one = scale.length_nm / Math.hypot(scale.to[0] - scale.from[0], scale.to[1] - scale.from[1]);
    return [one, one];
  };
  const length = (line) => {
    const [across, down] = pixel() || [1, 1];
    return Math.hypot((line.to[0] - line.from[0]) * across, (line.to[1] - line.from[1]) * down);
  };
  const words = (number, scaled = Boolean(pixel())) => {
    if (!scaled) return `${number.toFixed(1)} px`;
    const [factor, unit] = number >= 1e6 ? [1e6, "mm"] : number >= 1e3 ? [1e3, "µm"] : [1, "nm"];
    return `${(number / factor).toPrecision(4)} ${unit}`;
  };
  const said = (mark) => (mark.kind === "fft" ? "" : mark.kind === "spacing" ? words(length(mark) / mark.fringes) : words(length(mark)));

  // --- drawing
  const put = (kind, attributes, text) => {
    const element = document.createElementNS(NS, kind);
    for (const [name, of] of Object.entries(attributes)) element.setAttribute(name, of);
    if (text) element.textContent = text;
    stage.append(element);
  };
  const line = (mark, more = "") => {
    const [x1, y1] = mark.from, [x2, y2] = mark.to;
    for (const layer of ["under", "over"]) {
      if (mark.kind === "fft") put("rect", { class: `${layer} ${more}`, x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) });
      else put("line", { class: `${layer} ${more}`, x1, y1, x2, y2 });
    }
  };
  const size = told.width / 45;
  const label = (x, y, text) => put("text", { x, y, "font-size": size }, text);
  const ruler = () => {
    const one = pixel();
    if (!one) return;
    const most = told.width * one[0] / 4;
    const ten = 10 ** Math.floor(Math.log10(most));
    const long = [5, 2, 1].map((step) => step * ten).find((step) => step <= most);
    const y = told.height - size, x = size;
    line({ from: [x, y], to: [x + long / one[0], y] }, "ruler");
    label(x, y - size / 2, words(long).replace(/\.?0+ /, " "));
  };
  const draw = (pending) => {
    stage.replaceChildren();
    for (const [name, mark] of marks) {
      line(mark);
      label(Math.max(mark.from[0], mark.to[0]) + size / 3, (mark.from[1] + mark.to[1]) / 2, `${name} ${said(mark)}`);
    }
    if (pending) line(pending, "drawn");
    ruler();
  };

  if (!panel.querySelector("[data-add]")) { draw(); return; }
  const fault = panel.querySelector("[data-fault]"), list = panel.querySelector("[data-marks]"), output = panel.querySelector("[data-length]");
  const complain = (why) => { fault.hidden = !why; fault.textContent = why ? fault.dataset[why] : ""; };

  // --- what the fields say
  const pending = () => {
    const ends = ["x1", "y1", "x2", "y2"].map(value);
    return ends.every(Number.isFinite) ? { kind: tool, from: ends.slice(0, 2), to: ends.slice(2) } : null;
  };
  const shown = () => {
    const mark = pending();
    draw(mark);
    if (!mark) { output.textContent = ""; return; }
    if (tool === "scale") output.textContent = words(Math.hypot(mark.to[0] - mark.from[0], mark.to[1] - mark.from[1]), false);
    else if (tool === "fft") output.textContent = `${Math.abs(mark.to[0] - mark.from[0]).toFixed(0)} × ${Math.abs(mark.to[1] - mark.from[1]).toFixed(0)} px`;
    else if (tool === "spacing" && value("fringes") >= 1) output.textContent = said({ ...mark, fringes: value("fringes") });
    else output.textContent = words(length(mark));
  };
  const choose = (wanted) => {
    tool = wanted;
    for (const button of panel.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    for (const one of panel.querySelectorAll("[data-for]")) one.hidden = !one.dataset.for.split(" ").includes(tool);
    const says = panel.querySelector("[data-says]"), add = panel.querySelector("[data-add]");
    says.textContent = says.dataset[tool];
    add.textContent = tool === "scale" ? add.dataset.scaleText : add.dataset.addText;
    complain("");
    shown();
  };
  panel.querySelector("[role=group]").addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button) choose(button.dataset.tool);
  });
  panel.querySelector(".picture-fields").addEventListener("input", shown);

  // --- the pointer
  const place = (event) => {
    const box = stage.getBoundingClientRect();
    const inside = (share, most) => Math.round(Math.min(Math.max(share, 0), 1) * most * 10) / 10;
    return [inside((event.clientX - box.left) / box.width, told.width), inside((event.clientY - box.top) / box.height, told.height)];
  };
  const ends = (to) => {
    [at("x1").value, at("y1").value] = from;
    [at("x2").value, at("y2").value] = to;
    shown();
  };
  stage.addEventListener("pointerdown", (event) => { from = place(event); stage.setPointerCapture(event.pointerId); complain(""); });
  stage.addEventListener("pointermove", (event) => { if (from) ends(place(event)); });
  stage.addEventListener("pointerup", (event) => { if (from) ends(place(event)); from = null; });
  stage.addEventListener("pointercancel", () => { from = null; });

  // --- the list, and what is sent
  const wrong = (mark) => {
    if (!mark || Math.hypot(mark.to[0] - mark.from[0], mark.to[1] - mark.from[1]) < 1) return "noLine";
    for (const end of [mark.from, mark.to]) if (end[0] < 0 || end[1] < 0 || end[0] > told.width || end[1] > told.height) return "outside";
    if (tool === "spacing" && !(value("fringes") >= 1)) return "noFringes";
    if (tool === "scale" && !(value("length") > 0)) return "noLength";
    if (tool === "fft" && Math.min(Math.abs(mark.to[0] - mark.from[0]), Math.abs(mark.to[1] - mark.from[1])) < 32) return "smallBox";
    return "";
  };
  const free = () => {
    let number = marks.size + 1;
    while (marks.has(`${number}`)) number += 1;
    return `${number}`;
  };
  panel.querySelector("[data-add]").addEventListener("click", () => {
    const mark = pending(), why = wrong(mark);
    complain(why);
    if (why) return;
    if (tool === "scale") scale = { from: mark.from, to: mark.to, length_nm: value("length") * Number(at("unit").value) };
    else marks.set(at("name").value.trim() || free(), tool === "spacing" ? { ...mark, fringes: Math.round(value("fringes")) } : mark);
    for (const name of ["name", "x1", "y1", "x2", "y2", "length"]) at(name).value = "";
    listed();
  });
  const row = (name, kind, text, remove) => {
    const line = document.createElement("tr");
    for (const content of [name, list.dataset[kind], text]) {
      const cell = document.createElement("td");
      cell.textContent = content;
      line.append(cell);
    }
    line.lastChild.className = "num";
    const button = document.createElement("button"), cell = document.createElement("td");
    Object.assign(button, { type: "button", className: "button quiet small", textContent: list.dataset.remove });
    button.setAttribute("aria-label", `${list.dataset.remove} ${name}`);
    button.addEventListener("click", () => { remove(); listed(); });
    cell.append(button);
    line.append(cell);
    return line;
  };
  const listed = () => {
    const rows = [...marks].map(([name, mark]) => row(name, mark.kind, said(mark) || list.dataset.later, () => marks.delete(name)));
    if (scale) rows.unshift(row("–", "scale", words(scale.length_nm, true), () => { scale = null; }));
    list.replaceChildren(...rows);
    list.closest("table").hidden = rows.length === 0;
    panel.querySelector('[data-out="scale"]').value = scale ? JSON.stringify(scale) : "";
    panel.querySelector('[data-out="marks"]').value = marks.size ? JSON.stringify(Object.fromEntries(marks)) : "";
    shown();
  };
  listed();
})();
