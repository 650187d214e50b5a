// Charts: fetched when they come into sight, drawn by Plotly, changed by the controls of the page, finer on zoom.
"use strict";

(() => {
  if (window.labsysCharts) { window.labsysCharts.find(); return; }
  const library = document.currentScript.dataset.plotly;
  const CHOICES = ["basis", "reference", "cycles", "scale", "show", "axis"];
  const shown = new Map(); // element -> {address, answer}
  let loading = null;

  // --- what the page shows stands in its address, so that it can be linked
  const choices = () => {
    const query = new URLSearchParams(location.search);
    const chosen = new URLSearchParams();
    for (const name of CHOICES) if (query.get(name)) chosen.set(name, query.get(name));
    return chosen;
  };
  const addressOf = (element, ending, more = {}) => {
    const query = choices();
    if (element.dataset.fixed) query.set("cells", element.dataset.fixed);
    for (const [name, value] of new URLSearchParams(element.dataset.query || "")) query.append(name, value);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    const text = query.toString();
    return `${element.dataset.chart}.${ending}${text ? `?${text}` : ""}`;
  };

  const plotly = () => {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = library;
      script.onload = () => done(window.Plotly);
      script.onerror = () => failed(new Error("plotly"));
      document.head.append(script);
    });
    return loading;
  };
  const fetchJson = async (address, signal) => {
    const response = await fetch(address, { headers: { Accept: "application/json" }, signal });
    const body = await response.json().catch(() => ({}));
    if (!response.ok) throw Object.assign(new Error(body.error || response.statusText), { said: body.error });
    return body;
  };

  // --- draw
  const draw = async (element) => {
    const address = addressOf(element, "json", { theme: window.labsysTheme() });
    const before = shown.get(element);
    if (before?.address === address) return;
    before?.abort?.abort();
    const abort = new AbortController();
    shown.set(element, { address, abort });
    element.classList.add("waiting");
    try {
      const [Plotly, answer] = await Promise.all([plotly(), fetchJson(address, abort.signal)]);
      if (shown.get(element)?.address !== address || !element.isConnected) return;
      shown.set(element, { address, abort, answer });
      if (!element._fullLayout) element.replaceChildren();
      const { data, layout } = answer.figure;
      layout.hoverlabel = { font: { size: 12 } };
      await Plotly.react(element, data, layout, { responsive: true, displaylogo: false, displayModeBar: false, doubleClick: false, showTips: false });
      words(element, answer);
      listen(element);
      refusal("");
    } catch (error) {
      if (error.name === "AbortError") return;
      shown.delete(element);
      if (error.said && new URLSearchParams(location.search).get("cycles")) refusal(error.said);
      else failed(element, error.said);
    } finally {
      if (shown.get(element)?.address === address || !shown.has(element)) element.classList.remove("waiting");
    }
  };
  const failed = (element, said) => {
    if (element._fullLayout) return;
    const note = document.createElement("div");
    note.className = "chart-failed";
    note.textContent = said || "–";
    element.replaceChildren(note);
  };
  const words = (element, answer) => {
    element.setAttribute("aria-label", answer.description || answer.title);
    const panel = element.closest(".chart-panel");
    if (!panel) return;
    const put = (selector, text) => { const place = panel.querySelector(selector); if (place) place.textContent = text; };
    put("[data-chart-subtitle]", answer.subtitle);
    put("[data-chart-caption]", answer.caption);
    for (const link of panel.querySelectorAll("[data-export]")) link.href = addressOf(element, link.dataset.export);
  };
  const refusal = (text) => {
    for (const place of document.querySelectorAll("[data-cycles-error]")) { place.textContent = text; place.hidden = !text; }
  };

  // --- zoom: points between those that are shown, two taps on the ground go back
  const listen = (element) => {
    if (element.dataset.listening) return;
    element.dataset.listening = "yes";
    element.on("plotly_relayout", (change) => {
      const from = change["xaxis.range[0]"], to = change["xaxis.range[1]"];
      if (from !== undefined && to !== undefined) finer(element, Math.min(from, to), Math.max(from, to));
    });
    element.on("plotly_doubleclick", () => {
      shown.get(element)?.abort?.abort();
      shown.delete(element);
      draw(element);
    });
  };
  const finer = async (element, from, to) => {
    const state = shown.get(element);
    if (!state?.answer) return;
    const wanted = `${from}|${to}`;
    state.zoom = wanted;
    const data = state.answer.finer ? await fromSeries(state.answer.finer, from, to) : await fromWindow(element, state.answer, from, to);
    if (!data || shown.get(element) !== state || state.zoom !== wanted) return;
    await window.Plotly.restyle(element, { x: data.map((trace) => trace.x), y: data.map((trace) => trace.y) }, data.map((_, place) => place));
  };
  const fromSeries = (finer, from, to) => Promise.all(finer.lines.map(async (line) => {
    const query = new URLSearchParams({ x: finer.x, y: line.y, from: from * finer.per, to: to * finer.per, points: 2000 });
    const found = await fetchJson(`${finer.url}?${query}`);
    return { x: found.x.map((value) => value / finer.per), y: found.y.map((value) => value + line.add) };
  }));
  const fromWindow = async (element, answer, from, to) => {
    if (!answer.thinned) return null;
    const found = await fetchJson(addressOf(element, "json", { theme: window.labsysTheme(), from, to }));
    return found.figure.data.length === answer.figure.data.length ? found.figure.data : null;
  };

  // --- only what is seen is fetched
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { entry.target.dataset.seen = "yes"; draw(entry.target); }
  }, { rootMargin: "200px" });
  const find = () => {
    for (const element of document.querySelectorAll("[data-chart]:not([data-watched])")) {
      element.dataset.watched = "yes";
      watcher.observe(element);
    }
    mark();
  };
  const redraw = () => {
    for (const element of [...shown.keys()]) if (!element.isConnected) shown.delete(element);
    for (const element of document.querySelectorAll("[data-chart][data-seen]")) draw(element);
  };

  // --- controls: one click changes every chart of the page
  const choose = (name, value) => {
    const query = new URLSearchParams(location.search);
    if (value) query.set(name, value); else query.delete(name);
    const text = query.toString();
    history.replaceState(history.state, "", text ? `?${text}` : location.pathname);
    mark();
    redraw();
  };
  const mark = () => {
    const chosen = choices();
    for (const group of document.querySelectorAll("[data-controls] .segments")) {
      const buttons = [...group.querySelectorAll("[data-choice]")];
      const value = buttons.length ? chosen.get(buttons[0].dataset.choice) : null;
      if (!value || !buttons.some((button) => button.dataset.value === value)) continue;
      for (const button of buttons) {
        if (button.dataset.value === value) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    }
    for (const field of document.querySelectorAll("[data-cycles] input")) if (chosen.get("cycles") && document.activeElement !== field) field.value = chosen.get("cycles");
  };
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-choice]");
    if (choice && !("reload" in choice.dataset) && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      choose(choice.dataset.choice, choice.dataset.value);
    }
    const copy = event.target.closest("[data-copy-link]");
    if (copy) {
      const element = copy.closest(".chart-panel").querySelector("[data-chart]");
      const link = new URL(addressOf(element, "html"), location.href).href;
      navigator.clipboard?.writeText(link).then(() => { copy.lastChild.textContent = copy.dataset.said; });
    }
  });
  document.addEventListener("submit", (event) => {
    const picker = event.target.closest("[data-cycles]");
    if (!picker) return;
    event.preventDefault();
    choose("cycles", picker.querySelector("input").value.trim());
  });
  document.addEventListener("labsys:theme", redraw);
  document.addEventListener("htmx:afterSettle", find);
  window.labsysCharts = { find, redraw };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", find);
  else find();
})();
