// Scanners. A wedge scanner types faster than anybody and ends with Enter or Tab: what it types goes into the sample
// input that has the focus or, from anywhere else, opens what was scanned. Typing by hand is left alone. The camera is
// a scanner too, where there is one.
"use strict";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const FAST = 60; // ms for a character on average; people stay above 80
  const PAUSE = 250; // ms after which something new is typed
  const LEAST = 5; // characters of the shortest code

  // --- the code in what was scanned, as the server reads it too
  const ADDRESS = /(?:^|\/)(s|samples|furnace-runs|places)\/([^/?#]+)/i;
  const SHAPE = /^([A-Z]{2,5})[-_. ‐-―−]*(\d{1,9})$/;
  const codeIn = (text) => {
    let bare = text.normalize("NFKC").replace(/[\p{C}]/gu, "").trim().replace(/^\](?:d|Q|C|e|E)[0-9a-z]/, "");
    const found = ADDRESS.exec(bare);
    if (found) bare = found[1].toLowerCase() === "places" && /^\d+$/.test(found[2]) ? `PL-${found[2]}` : decodeURIComponent(found[2]);
    bare = bare.replaceAll("ß", "-").toUpperCase();
    const shape = SHAPE.exec(bare);
    return shape ? `${shape[1]}-${String(Number(shape[2])).padStart(4, "0")}` : bare;
  };
  const isCode = (text) => SHAPE.test(codeIn(text));
  window.labsysScan = { codeIn, isCode };

  const taken = (code, target) => document.dispatchEvent(new CustomEvent("labsys:scan", { detail: { code, target }, cancelable: true }));
  const open = (code) => { location.href = `/s/${encodeURIComponent(code)}`; };

  // --- a field takes a scan whole: what the scanner typed into it is replaced by the code
  const put = (field, code) => {
    field.value = code;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const line = (field, code) => {
    const lines = field.value.split(/[\s,;]+/).filter(Boolean);
    put(field, [...lines, code].join("\n"));
  };
  const isPicker = (field) => Boolean(field?.matches?.("[data-combo] input"));
  const isList = (field) => Boolean(field?.matches?.("textarea[data-scan]"));
  const scanned = (text, target, before) => {
    const code = codeIn(text);
    if (!taken(code, target)) return;
    if (isPicker(target)) { put(target, code); next(target); }
    else if (isList(target)) { target.value = before; line(target, code); }
    else if (isCode(text)) open(code);
  };
  const next = (field) => { // past the choices of its own list and its camera
    const combo = field.closest("[data-combo]");
    const fields = [...field.form.elements].filter((item) => item.offsetParent && !item.disabled && item.type !== "hidden");
    fields.slice(fields.indexOf(field) + 1).find((item) => !combo?.contains(item))?.focus();
  };

  // --- keys that come like a scanner's
  let typed = "";
  let first = 0;
  let last = 0;
  let before = "";
  const editable = (target) => target.closest?.("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = event.timeStamp;
    const ends = event.key === "Enter" || event.key === "Tab";
    if (event.key.length === 1) {
      if (!typed || now - last > PAUSE) { typed = ""; first = now; before = event.target.value ?? ""; }
      typed += event.key;
      last = now;
      return;
    }
    if (!ends) { if (event.key !== "Shift") typed = ""; return; }
    const text = typed;
    typed = "";
    if (text.length < LEAST || now - last > PAUSE || now - first > FAST * text.length) return;
    const field = editable(event.target) ? event.target : null;
    const elsewhere = field && !isPicker(field) && !isList(field);
    if (elsewhere || (!field && !isCode(text)) || (isPicker(field) && !isCode(text))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    scanned(text, field, before);
  }, true);

  // --- the scan page: scans come one after the other, the list grows, the entry is empty and focused again
  const pageForm = () => one("form[data-scan-page]");
  const waiting = [];
  let busy = false;
  const work = async () => {
    if (busy) return;
    busy = true;
    while (waiting.length) {
      const form = pageForm();
      const query = new URLSearchParams({ text: waiting.shift(), codes: form.elements.codes.value });
      const answer = await fetch(`${form.action}?${query}`).catch(() => null);
      if (!answer?.ok) { one("#scanned").textContent = form.dataset.away; continue; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!one("#scanned", page)) { location.reload(); return; }
      one("#scanned").replaceWith(one("#scanned", page));
      form.elements.codes.value = one("input[name=codes]", page).value;
      history.replaceState(null, "", `${form.action}?codes=${encodeURIComponent(form.elements.codes.value)}`);
    }
    busy = false;
  };
  document.addEventListener("submit", (event) => {
    if (event.target !== pageForm()) return;
    event.preventDefault();
    const entry = event.target.elements.text;
    if (entry.value.trim()) waiting.push(entry.value);
    entry.value = "";
    entry.focus();
    work();
  });
  document.addEventListener("keydown", (event) => {
    const form = pageForm();
    if (!form) return;
    if (event.key === "Tab" && event.target === form.elements.text && event.target.value.trim()) { event.preventDefault(); form.requestSubmit(); }
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey && !editable(event.target)) form.elements.text.focus();
  });

  // --- the camera: the browser's own detector, else a decoder for QR that is fetched when first asked for
  const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia) && window.isSecureContext;
  const decoder = async () => {
    if ("BarcodeDetector" in window) {
      const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
      const wanted = ["qr_code", "data_matrix"].filter((name) => formats.includes(name));
      if (wanted.length) {
        const detector = new BarcodeDetector({ formats: wanted });
        return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue;
      }
    }
    if (!window.jsQR) await new Promise((done, failed) => { document.head.append(Object.assign(document.createElement("script"), { src: parts().dataset.decoder, onload: done, onerror: failed })); });
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      pen.drawImage(video, 0, 0);
      const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(data, width, height)?.data;
    };
  };
  const parts = () => document.getElementById("camera-parts");
  const watch = async (field) => {
    const dialog = one("dialog", parts().content).cloneNode(true);
    const [video, note] = [one("video", dialog), one("p", dialog)];
    document.body.append(dialog);
    let stream = null;
    let open_ = true;
    dialog.addEventListener("close", () => { open_ = false; stream?.getTracks().forEach((track) => track.stop()); dialog.remove(); field.focus(); });
    one("button", dialog).addEventListener("click", () => dialog.close());
    dialog.showModal();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      await video.play();
      const read = await decoder();
      while (open_) {
        const text = video.videoWidth ? await read(video) : null;
        if (text && open_) { dialog.close(); arrive(field, text); return; }
        await new Promise((done) => setTimeout(done, 120));
      }
    } catch {
      note.textContent = parts().dataset.refused;
    }
  };
  const arrive = (field, text) => {
    const code = codeIn(text);
    if (field.form?.matches("[data-scan-page]")) { field.value = text; field.form.requestSubmit(); return; }
    if (!taken(code, field)) return;
    if (isList(field)) line(field, code); else put(field, code);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-camera]");
    if (button) watch(document.getElementById(button.dataset.camera) ?? one("input", button.closest("[data-combo]")));
  });
  // Beside each sample input stands a button for the camera, also in rows that are added later.
  const offer = (root) => {
    for (const combo of root.querySelectorAll("[data-combo]"))
      if (!one("[data-camera]", combo) && parts()) combo.append(one("button[data-camera]", parts().content).cloneNode(true));
  };
  new MutationObserver((changes) => {
    if (!hasCamera()) return;
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1 && node.matches("tr, form, main, div")) offer(node);
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-camera]")) button.hidden = !hasCamera();
    if (hasCamera()) offer(document.body);
    const note = one("[data-no-camera]");
    if (note) note.hidden = hasCamera();
    pageForm()?.elements.text.focus();
  });
})();
