// Uploads: the whole page takes a drop; one request per file, with a bar, a way to cancel and the sum of its bytes.
"use strict";

(() => {
  if (window.labsysUpload) return;
  window.labsysUpload = true;
  const HASHED_BELOW = 256 * 1024 * 1024;
  const AT_ONCE = 3;
  const waiting = [];
  let running = 0;
  const form = () => document.querySelector("form[data-upload]");
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

  const sha256 = async (file) => {
    if (!window.crypto?.subtle || file.size >= HASHED_BELOW) return "";
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // --- one line per file on its way
  const line = (place, file) => {
    const row = document.createElement("div");
    row.className = "sending";
    const name = Object.assign(document.createElement("span"), { className: "name", textContent: file.name });
    const said = Object.assign(document.createElement("span"), { className: "said" });
    const cancel = Object.assign(document.createElement("button"), { className: "button small quiet", type: "button", textContent: place.dataset.wordsCancel });
    const bar = Object.assign(document.createElement("progress"), { className: "progress", max: Math.max(file.size, 1), value: 0 });
    bar.setAttribute("aria-label", file.name);
    row.append(name, said, cancel, bar);
    place.append(row);
    const end = (text, bad) => {
      said.textContent = text;
      said.classList.toggle("bad", bad);
      bar.remove();
      cancel.textContent = "×";
      cancel.onclick = () => row.remove();
    };
    return { row, said, cancel, bar, end };
  };

  const left = (place, file, loaded, since) => {
    const seconds = ((file.size - loaded) / loaded) * ((performance.now() - since) / 1000);
    const time = seconds > 90 ? `${Math.round(seconds / 60)} min` : `${Math.ceil(seconds)} s`;
    const sum = place.dataset.wordsOf.replace("{done}", megabytes(loaded)).replace("{all}", megabytes(file.size));
    return loaded < file.size ? `${sum}, ${place.dataset.wordsLeft.replace("{time}", time)}` : place.dataset.wordsKept;
  };

  const send = async ({ owner, file, path }) => {
    const place = owner.querySelector("[data-uploads]");
    const shown = line(place, file);
    const request = new XMLHttpRequest();
    let cancelled = false;
    shown.cancel.onclick = () => { cancelled = true; request.abort(); shown.end(place.dataset.wordsCancelled, false); };
    shown.said.textContent = place.dataset.wordsSum;
    const sum = await sha256(file).catch(() => "");
    if (cancelled) return;
    const body = new FormData(owner);
    body.delete("file");
    body.set("size", file.size);
    body.set("sha256", sum);
    if (path) body.set("path", path);
    body.set("file", file, file.name);
    const since = performance.now();
    await new Promise((done) => {
      request.upload.onprogress = (event) => {
        shown.bar.value = Math.min(event.loaded, file.size);
        shown.said.textContent = left(place, file, Math.min(event.loaded, file.size), since);
      };
      request.onload = () => { answered(owner, shown, request); done(); };
      request.onerror = () => { shown.end(place.dataset.wordsLost, true); done(); };
      request.onabort = done;
      request.open("POST", owner.action);
      request.setRequestHeader("Accept", "application/json");
      request.send(body);
    });
  };

  const answered = (owner, shown, request) => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { answer = {}; }
    if (request.status === 200 || request.status === 202) {
      document.dispatchEvent(new CustomEvent("labsys:arrived", { detail: { ...answer, list: owner.dataset.list, as: owner.dataset.as } }));
      if (answer.duplicate) shown.end(owner.querySelector("[data-uploads]").dataset.wordsAgain, false);
      else shown.row.remove();
    } else shown.end(answer.error || `${request.status} ${request.statusText}`, true);
  };

  const next = () => {
    while (running < AT_ONCE && waiting.length) {
      running += 1;
      send(waiting.shift()).finally(() => { running -= 1; next(); });
    }
  };
  const take = (owner, files) => {
    for (const { file, path } of files) waiting.push({ owner, file, path });
    next();
  };

  // --- folders are opened, files are taken
  const opened = async (entry, path = "") => {
    if (entry.isFile) return [{ file: await new Promise((done, failed) => entry.file(done, failed)), path: path + entry.name }];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return found;
      for (const inner of some) found.push(...await opened(inner, `${path}${entry.name}/`));
    }
  };
  const dropped = async (transfer) => {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.length) return [...transfer.files].map((file) => ({ file, path: "" }));
    return (await Promise.all(entries.map((entry) => opened(entry)))).flat();
  };

  const carriesFiles = (event) => form() && event.dataTransfer?.types.includes("Files");
  let depth = 0;
  document.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth = Math.max(depth - 1, 0);
    if (!depth) document.body.classList.remove("dropping");
  });
  document.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dropping");
    const owner = event.target.closest("form[data-upload]") || form();
    take(owner, await dropped(event.dataTransfer));
  });
  document.addEventListener("change", (event) => {
    const field = event.target.closest('form[data-upload] input[type="file"]');
    if (!field) return;
    take(field.form, [...field.files].map((file) => ({ file, path: "" })));
    field.value = "";
  });
})();
