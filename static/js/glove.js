// Glove mode: one quantity per screen over the form of the step. What is typed stays on the tablet until it is recorded.
"use strict";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const queue = window.gloveQueue;
  const main = one("main[data-person]");
  const form = one("form[data-glove-step]");
  const words = form?.dataset ?? {};
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const number = (text) => (/^[-−]?\d*[.,]?\d+$|^[-−]?\d+[.,]$/.test(String(text).trim()) ? parseFloat(String(text).replace("−", "-").replace(",", ".")) : NaN);
  const decimals = (text) => (String(text).split(/[.,]/)[1] ?? "").length;
  const shown = (value, places = 10) => {
    const [whole, part] = String(Number(value.toFixed(Math.min(places, 10)))).replace("-", "−").split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
  };
  const SIZES = { mg: ["g", 0.001], g: ["g", 1], kg: ["g", 1000], "µg": ["g", 1e-6], "µL": ["mL", 0.001], mL: ["mL", 1], L: ["mL", 1000] };
  const into = (value, unit, wanted) => {
    const [from, to] = [SIZES[unit], SIZES[wanted]];
    if (unit === wanted) return value;
    return from && to && from[0] === to[0] ? (value * from[1]) / to[1] : NaN;
  };

  // --- heard and felt
  let sound = null;
  const signal = (good) => {
    navigator.vibrate?.(good ? 60 : [120, 80, 120]);
    try {
      sound ??= new AudioContext();
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = good ? 1320 : 220;
      volume.gain.setValueAtTime(0.15, sound.currentTime);
      volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + (good ? 0.12 : 0.4));
      tone.connect(volume).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + (good ? 0.12 : 0.4));
    } catch { /* a device without sound still shows the edge */ }
  };

  // --- what a code is: asked of the server, or of what this tablet remembers
  const remembered = () => queue.read("glove:known", []);
  const remember = async () => {
    const answer = await fetch(main.dataset.known, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
    if (answer?.ok && !answer.redirected) queue.write("glove:known", (await answer.json()).samples);
  };
  const offlineLook = (code, screen) => {
    const found = remembered().find((sample) => sample.code === code);
    if (!found) return { code, found: null, said: "" };
    const asked = screen?.dataset.askedMaterial;
    let said = "";
    if (["hold", "rejected"].includes(found.state)) said = fill(words.held ?? "", { code });
    else if (asked && found.kind === "lot" && !found.name.toLowerCase().includes(asked.toLowerCase())) said = fill(words.otherMaterial, { code, name: found.name, asked });
    return { ...found, found: true, leftText: `${found.left}\u00a0${found.unit}`, said };
  };
  const lookUp = async (text, screen) => {
    const code = window.labsysScan.codeIn(text);
    if (!navigator.onLine) return offlineLook(code, screen);
    const query = new URLSearchParams({ text: code, role: screen?.dataset.role ?? "" });
    const answer = await fetch(`${main.dataset.look}?${query}`, { signal: AbortSignal.timeout(4000) }).catch(() => null);
    return answer?.ok && !answer.redirected ? answer.json() : offlineLook(code, screen);
  };

  // --- the worker that opens these pages offline, and what it keeps
  const keepForOffline = async () => {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(main.dataset.worker).catch(() => null);
    const ready = await navigator.serviceWorker.ready;
    const steps = all("[data-step]").map((tile) => tile.dataset.step);
    const drawn = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => new URL(name).pathname.startsWith("/static/"));
    const parts = all("link[rel=stylesheet], script[src]").map((item) => item.href ?? item.src);
    ready.active?.postMessage({ keep: [...new Set([main.dataset.home, ...steps, location.pathname, ...parts, ...drawn])] });
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-leave-glove]")) return;
    document.cookie = "glove=; path=/; max-age=0; samesite=lax";
    window.caches?.delete("glove-1");
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (navigator.onLine) { remember(); keepForOffline(); }
  });

  window.gloveParts = { one, all, main, queue, signal, lookUp, fill };
  if (!form) return;

  // --- screens
  const screens = all("[data-screen]", form);
  const isNumber = (screen) => ["take", "number"].includes(screen.dataset.kind);
  const numbers = screens.filter(isNumber);
  const [details, review, done] = ["details", "review", "done"].map((kind) => screens.find((screen) => screen.dataset.kind === kind));
  const items = all(".g-list li", form);
  const input = (screen, part = "name") => form.elements.namedItem(screen.dataset[part]);
  const state = new Map(screens.map((screen) => [screen, { text: "", fresh: true, recorded: false, lot: null }]));
  let at = 0;
  let key = "";

  // --- the draft: kept with every touch
  const query = location.search;
  const place = `glove:draft:${main.dataset.person}:${location.pathname}${query}`;
  const drafted = () => {
    const plain = [...form.elements].filter((field) => field.name && details.contains(field)).map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
    const entries = numbers.map((screen) => [screen.dataset.name, { ...state.get(screen), why: input(screen, "why")?.value ?? "" }]);
    return { entries, plain, at, key, touched: [...touched] };
  };
  const keepDraft = () => {
    queue.write(place, drafted());
    const note = one("[data-draft-note]");
    note.textContent = `${note.dataset.words} ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
  };
  const touched = new Set();
  const restoreDraft = () => {
    const kept = queue.read(place, null);
    if (!kept) return;
    const entries = new Map(kept.entries);
    for (const screen of numbers) {
      const was = entries.get(screen.dataset.name);
      if (!was) continue;
      Object.assign(state.get(screen), { text: was.text, fresh: was.fresh, recorded: was.recorded, lot: was.lot });
      if (input(screen, "why")) input(screen, "why").value = was.why;
      put(screen);
    }
    for (const name of kept.touched ?? []) touched.add(name);
    all("[data-field-error]", form).forEach((line) => line.remove());
    for (const [name, value] of kept.plain) {
      const field = form.elements.namedItem(name);
      if (!field || !touched.has(name)) continue;
      if (field.type === "checkbox") field.checked = value; else field.value = value;
    }
    at = Math.min(kept.at, screens.indexOf(review));
    key = kept.key ?? "";
    for (const [name, sentences] of Object.entries(kept.errors ?? {})) complain(name, sentences);
    if (kept.whole?.length) say(review, kept.whole.join(" "));
    const wrong = screens.findIndex((screen) => one("[data-field-error]", screen));
    if (kept.errors && wrong >= 0) at = wrong;
  };
  const complain = (name, sentences) => {
    const screen = screens.find((one_) => one_.dataset.name === name);
    const holder = screen ? one(".g-left", screen) : one(`[data-field="${CSS.escape(name)}"]`, form);
    for (const sentence of sentences) holder?.append(Object.assign(document.createElement("p"), { className: "g-said", textContent: sentence }));
    if (holder) all(".g-said", holder).forEach((line) => { line.dataset.fieldError = ""; });
    if (screen) state.get(screen).recorded = false;
  };

  // --- one quantity
  const put = (screen) => {
    const { text, lot } = state.get(screen);
    const bare = Number.isNaN(number(text));
    input(screen).value = text ? text + (bare ? "" : screen.dataset.suffix) : "";
    if (screen.dataset.kind === "take") input(screen, "sample").value = lot && !lot.said ? lot.code : "";
  };
  const withUnit = (screen, text) => (Number.isNaN(number(text)) || !screen.dataset.unit ? text : `${text.replace("-", "−")}\u00a0${screen.dataset.unit}`);
  const leftAfter = (screen) => {
    const { text, lot } = state.get(screen);
    if (!lot?.left || Number.isNaN(number(text))) return NaN;
    const others = numbers.filter((other) => other !== screen && state.get(other).recorded && state.get(other).lot?.code === lot.code);
    const taken = [screen, ...others].map((other) => into(number(state.get(other).text), other.dataset.unit, lot.unit));
    return Number(lot.left) - taken.reduce((sum, amount) => sum + amount, 0);
  };
  const judge = (screen) => {
    const { text, lot } = state.get(screen);
    const value = number(text);
    const planned = number(screen.dataset.planned);
    const left = leftAfter(screen);
    const places = Math.max(decimals(text), decimals(screen.dataset.planned));
    if (left < -1e-9) return { tone: "bad", words: fill(words.short, { code: lot.code, left: lot.leftText, missing: `${shown(-left, 6)}\u00a0${lot.unit}` }) };
    const rest = Number.isNaN(left) ? "" : fill(words.leftAfter, { amount: `${shown(left, 6)}\u00a0${lot.unit}`, code: lot.code });
    if (Number.isNaN(value) || Number.isNaN(planned)) return { tone: "", words: "", rest };
    const apart = value - planned;
    const limited = screen.dataset.minus !== "";
    const over = limited && (apart < -Number(screen.dataset.minus) - 1e-9 || apart > Number(screen.dataset.plus) + 1e-9);
    const difference = Math.abs(apart) < 1e-12 ? words.asPlanned : `${apart > 0 ? "+" : ""}${shown(apart, places)}\u00a0${screen.dataset.unit}`;
    return { tone: over ? "over" : limited ? "in" : "", words: limited && Math.abs(apart) >= 1e-12 ? `${difference}, ${over ? words.past : words.inside}` : difference, rest, over };
  };
  const gauge = (screen) => {
    const box = one("[data-gauge]", screen);
    const planned = number(screen.dataset.planned);
    box.hidden = Number.isNaN(planned);
    if (box.hidden) return;
    const limited = screen.dataset.minus !== "";
    const [minus, plus] = limited ? [Number(screen.dataset.minus), Number(screen.dataset.plus)] : [0, 0];
    const reach = limited ? Math.max(minus, plus) * 3.3 || 1 : Math.abs(planned) / 5 || 1;
    const where = (value) => `${Math.min(Math.max(50 + (50 * (value - planned)) / reach, 0), 100)}%`;
    const [pointer, band, tick, low, high] = ["pointer", "band", "planned", "low", "high"].map((name) => one(`.g-${name}`, box));
    tick.style.left = where(planned);
    band.hidden = low.hidden = high.hidden = !limited;
    band.style.left = low.style.left = where(planned - minus);
    band.style.right = `${100 - parseFloat(where(planned + plus))}%`;
    high.style.left = where(planned + plus);
    low.textContent = shown(planned - minus, 6);
    high.textContent = `${shown(planned + plus, 6)}\u00a0${screen.dataset.unit}`;
    const value = number(state.get(screen).text);
    pointer.hidden = Number.isNaN(value);
    pointer.style.left = where(value);
  };
  const drawNumber = (screen) => {
    const own = state.get(screen);
    const out = one("[data-entry-value]", screen);
    out.textContent = own.text.replace("-", "−");
    out.classList.toggle("long", own.text.length > 7);
    const verdict = judge(screen);
    const box = one("[data-verdict]", screen);
    box.className = `g-verdict ${verdict.tone}`;
    one("[data-verdict-words]", box).textContent = verdict.words;
    one("[data-verdict-left]", box).textContent = verdict.rest ?? "";
    one("[data-entry]", screen).classList.toggle("over", Boolean(verdict.over));
    const why = one("[data-why-box]", screen);
    if (why) why.hidden = !verdict.over;
    gauge(screen);
    if (verdict.over) one("[data-gauge]", screen).hidden = true;
    if (screen.dataset.kind === "take") drawLot(screen);
  };
  const drawLot = (screen) => {
    const { lot } = state.get(screen);
    const chip = one("[data-chip]", screen);
    chip.classList.toggle("fits", Boolean(lot?.scanned && !lot.said));
    chip.classList.toggle("not", Boolean(lot?.said));
    if (!lot) return;
    one("[data-chip-code]", chip).textContent = lot.code;
    one("[data-chip-name]", chip).textContent = lot.found === null ? words.untold : lot.name ?? "";
    one("[data-chip-left]", chip).textContent = lot.leftText ? `${lot.leftText} ${words.leftWord}` : "";
    say(screen, lot.said);
  };
  const say = (screen, sentence, warn = false) => {
    const line = one("[data-said]", screen) ?? one("[data-said]", review);
    line.textContent = sentence ?? "";
    line.hidden = !sentence;
    line.classList.toggle("warn", warn);
  };

  // --- scanning into the row that is shown
  const scan = async (text) => {
    const screen = screens[at];
    if (screen.dataset.kind !== "take") { signal(false); return; }
    const found = await lookUp(text, screen);
    state.get(screen).lot = { ...found, scanned: true };
    state.get(screen).recorded = false;
    signal(!found.said);
    changedScreen(screen);
  };
  document.addEventListener("labsys:scan", (event) => {
    event.preventDefault();
    if (burst.screen && burst.screen === screens[at]) Object.assign(state.get(burst.screen), burst.was);
    scan(event.detail.code);
  });
  const changedScreen = (screen) => { put(screen); keepDraft(); draw(); };

  // --- the keypad, and the keys of a keyboard; what a scanner typed is taken back when it turns out to be a scan
  const burst = { screen: null, was: null, last: -Infinity };
  const press = (screen, pressed) => {
    const own = state.get(screen);
    let text = own.fresh && pressed !== "back" && pressed !== "sign" ? "" : own.text;
    if (pressed === "back") text = Number.isNaN(number(text)) ? "" : text.slice(0, -1);
    else if (pressed === "sign") text = text.startsWith("-") ? text.slice(1) : `-${text}`;
    else if (pressed === "." && !text.includes(".")) text = `${text || "0"}.`;
    else if (/\d/.test(pressed) && text.replace(/\D/g, "").length < 12) text += pressed;
    Object.assign(own, { text, fresh: false, recorded: false });
    changedScreen(screen);
  };
  const typing = (target) => target.closest?.("input:not([type=hidden]), textarea, select");
  document.addEventListener("keydown", (event) => {
    const screen = screens[at];
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !isNumber(screen)) return;
    if (event.key.length === 1) {
      const now = event.timeStamp;
      if (now - burst.last > 250) { burst.screen = screen; burst.was = { ...state.get(screen) }; }
      burst.last = now;
    }
    const pressed = { ",": ".", Backspace: "back", "-": "sign", "−": "sign" }[event.key] ?? event.key;
    if (/^[\d.]$/.test(pressed) || pressed === "back" || (pressed === "sign" && one("[data-key=sign]", screen))) { event.preventDefault(); press(screen, pressed); }
    else if (event.key === "Enter" && !event.target.closest("button, a")) { event.preventDefault(); forward(); }
  });
  form.addEventListener("click", (event) => {
    const screen = screens[at];
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.key) press(screen, button.dataset.key);
    else if (button.dataset.go !== undefined) go(Number(button.dataset.go));
    else if (button.dataset.reason) { input(screen, "why").value = button.dataset.reason; changedScreen(screen); }
    else if ("back" in button.dataset) go(at - 1);
    else if ("skipScreen" in button.dataset) skip(screen);
    else if ("recordScreen" in button.dataset) forward();
    else if ("typeCode" in button.dataset) { const box = one("[data-code-entry]", screen); box.hidden = !box.hidden; one("[data-code-input]", screen).focus(); }
    else if ("codeOk" in button.dataset) useCode(screen);
  });
  const useCode = (screen) => {
    const field = one("[data-code-input]", screen);
    if (field.value.trim()) scan(field.value);
    field.value = "";
    one("[data-code-entry]", screen).hidden = true;
  };
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.matches("textarea, button, a")) return;
    if (event.target.matches("[data-code-input]")) useCode(screens[at]);
    event.preventDefault();
  });
  form.addEventListener("input", (event) => { if (event.target.name) touched.add(event.target.name); keepDraft(); draw(); });
  form.addEventListener("submit", (event) => event.preventDefault());

  // --- from screen to screen
  const go = (place_) => { if (screens[at] === done) return; at = Math.min(Math.max(place_, 0), screens.indexOf(review)); keepDraft(); draw(); one("h1", screens[at]).scrollIntoView({ block: "nearest" }); };
  const onward = () => {
    const later = numbers.find((screen) => screens.indexOf(screen) > at && !state.get(screen).recorded && !state.get(screen).skipped);
    if (isNumber(screens[at])) go(later ? screens.indexOf(later) : screens.indexOf(details));
    else go(at + 1);
  };
  const skip = (screen) => {
    const own = state.get(screen);
    Object.assign(own, { recorded: false, skipped: true });
    keepDraft();
    onward();
  };
  const objection = (screen) => {
    const { text, lot } = state.get(screen);
    if (!text || (Number.isNaN(number(text)) && state.get(screen).fresh === false)) return words.noNumber;
    if (screen.dataset.kind === "take") {
      if (!lot) return words.scanFirst;
      if (lot.said) return lot.said;
    }
    const verdict = judge(screen);
    if (verdict.tone === "bad") return verdict.words;
    return verdict.over && input(screen, "why") && !input(screen, "why").value.trim() ? words.whyNeeded : "";
  };
  const forward = () => {
    const screen = screens[at];
    if (screen === review) { recordAll(); return; }
    if (!isNumber(screen)) { onward(); return; }
    const against = objection(screen);
    if (against) {
      signal(false);
      if (screen.dataset.kind === "take") say(screen, against, against === words.whyNeeded);
      else { const box = one("[data-verdict]", screen); box.className = "g-verdict bad"; one("[data-verdict-words]", box).textContent = against; }
      return;
    }
    Object.assign(state.get(screen), { recorded: true, skipped: false, fresh: true });
    all("[data-field-error]", screen).forEach((line) => line.remove());
    signal(true);
    changedScreen(screen);
    onward();
  };

  // --- drawing what is shown
  const draw = () => {
    const screen = screens[at];
    for (const other of screens) other.hidden = other !== screen;
    if (isNumber(screen)) drawNumber(screen);
    if (screen === review) drawReview();
    items.forEach((item, place_) => {
      const own = screens[place_];
      const recorded = isNumber(own) ? state.get(own).recorded : false;
      one("button", item).toggleAttribute("aria-current", place_ === at);
      item.classList.toggle("is-done", recorded);
      item.classList.toggle("is-wrong", Boolean(one("[data-field-error]", own)));
      if (!isNumber(own)) return;
      const value = one("[data-list-value]", item);
      const { text } = state.get(own);
      value.textContent = recorded || text ? withUnit(own, text) : own.dataset.planned ? withUnit(own, own.dataset.planned) : "";
      value.classList.toggle("plan", !recorded);
    });
    form.classList.toggle("finished", screen === done);
    one("button[aria-current]", one(".g-list"))?.scrollIntoView({ block: "nearest" });
    one("[data-count-words]").textContent = fill(words.count, { n: Math.min(at + 1, items.length), all: items.length });
    const foot = one("[data-foot]");
    foot.hidden = screen === done;
    one("[data-back]", foot).hidden = at === 0;
    one("[data-skip-screen]", foot).hidden = !isNumber(screen) || screen.hasAttribute("data-required");
    const record = one("[data-record-screen]", foot);
    const { text } = state.get(screen);
    one("[data-record-words]", foot).textContent = screen === review ? fill(words.whole, { title: /^.[a-z]/.test(words.title) ? words.title[0].toLowerCase() + words.title.slice(1) : words.title }) : !isNumber(screen) ? words.next : text ? `${words.record} ${withUnit(screen, text)}` : words.record;
    record.setAttribute("aria-disabled", String(isNumber(screen) && Boolean(objection(screen))));
  };
  const drawReview = () => {
    const rows = numbers.map((screen) => {
      const own = state.get(screen);
      const verdict = own.recorded ? judge(screen) : {};
      return [one("h1", screen).textContent, own.recorded ? withUnit(screen, own.text) : words.nothing, [own.recorded ? own.lot?.code : own.text && !own.fresh ? fill(words.typed, { value: withUnit(screen, own.text) }) : "", verdict.over ? `${verdict.words}: ${input(screen, "why")?.value ?? ""}` : ""].filter(Boolean).join(" · "), verdict.over];
    });
    for (const field of all(".g-field", details)) {
      const control = one("input, select, textarea", field);
      const text = control?.matches("select") ? control.selectedOptions[0]?.textContent : control?.type === "checkbox" ? (control.checked ? "✓" : "") : control?.value.replace("T", " ");
      if (text && text !== "–") rows.push([one("label", field).textContent, text, "", false]);
    }
    one("[data-review]").replaceChildren(...rows.map(([name, value, more, over]) => {
      const line = document.createElement("div");
      const cells = [["dt", name], ["dd", value], ["dd", more]].map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text }));
      if (over) cells[2].className = "warn-text";
      line.append(...cells);
      return line;
    }));
  };

  // --- recording the whole: into the queue, which sends it
  const missing = () => [
    ...numbers.filter((screen) => screen.hasAttribute("data-required") && !state.get(screen).recorded).map((screen) => one("h1", screen).textContent),
    ...all(".g-field", details).filter((field) => { const control = one("input, select, textarea", field); return control?.required && !control.value; }).map((field) => one("label", field).textContent),
  ];
  // The time in the form is that of the page; a page that was opened from the tablet's store is older than it looks.
  const setTime = () => {
    const field = form.elements.namedItem("made_at");
    if (!field?.value || touched.has("made_at")) return;
    const passed = Date.now() - queue.read("glove:skew", 0) - Number(main.dataset.now) * 1000;
    if (passed < 60_000) return;
    const then = new Date(`${field.value}Z`);
    field.value = new Date(then.getTime() + passed).toISOString().slice(0, 16);
  };
  const values = () => {
    for (const screen of numbers) {
      if (state.get(screen).recorded) continue;
      input(screen).value = "";
      if (screen.dataset.kind === "take") input(screen, "sample").value = "";
      if (input(screen, "why")) input(screen, "why").value = "";
    }
    return [...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "submission_key"].includes(name));
  };
  const recordAll = async () => {
    const names = missing();
    if (names.length) { signal(false); say(review, fill(words.ofLast, { names: names.join(", ") })); return; }
    setTime();
    const id = key || queue.newKey();
    const draft = drafted();
    const entry = { id, draft, path: location.pathname + query.replace(/([?&])entry=[^&]*&?/, "$1").replace(/[?&]$/, ""), title: words.title, values: values() };
    localStorage.removeItem(place);
    at = screens.indexOf(done);
    one("[data-done-title]").textContent = words.kept;
    one("[data-done-words]").textContent = words.keptMore;
    one("[data-done-again]").href = entry.path;
    draw();
    document.addEventListener("glove:sent", (event) => { if (event.detail.id === id) finished(event.detail); });
    document.addEventListener("glove:refused", (event) => { if (event.detail.id === id) reopen(id); });
    await queue.add(entry);
  };
  const finished = ({ address, code }) => {
    signal(true);
    one("[data-done-title]").textContent = `${words.booked}: ${code}`;
    one("[data-done-words]").textContent = words.title;
    const open = one("[data-done-open]");
    open.href = address;
    open.hidden = false;
  };
  // What was refused while one waited comes back at once, with its sentences.
  const reopen = (id) => { signal(false); location.href = window.gloveReopen(id); };

  // --- beginning
  for (const screen of numbers) {
    const own = state.get(screen);
    own.text = input(screen).dataset.start ?? "";
    const code = screen.dataset.kind === "take" ? input(screen, "sample").value : "";
    if (code) lookUp(code, screen).then((found) => { if (!own.lot) { own.lot = { ...found, scanned: false }; put(screen); draw(); } });
  }
  if (navigator.onLine && performance.getEntriesByType("navigation")[0]?.workerStart === 0) queue.write("glove:skew", Date.now() - Number(main.dataset.now) * 1000);
  restoreDraft();
  draw();
})();
