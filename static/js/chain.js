// The chain: what leads to a box and what came of it lights up under the pointer or the keyboard; zoom; arrows walk along it.
"use strict";

(() => {
  const all = (selector, root) => [...root.querySelectorAll(selector)];
  const links = (chain) => all("g[data-from]", chain);
  const reach = (chain, start, here, there) => {
    const found = new Set([start]);
    for (const queue = [start]; queue.length;) {
      const key = queue.pop();
      for (const link of links(chain))
        if (link.dataset[here] === key && !found.has(link.dataset[there])) { found.add(link.dataset[there]); queue.push(link.dataset[there]); }
    }
    return found;
  };
  const light = (chain, key) => {
    const back = reach(chain, key, "to", "from"), forth = reach(chain, key, "from", "to");
    const on = (from, to) => (back.has(from) && back.has(to)) || (forth.has(from) && forth.has(to));
    chain.classList.add("tracing");
    for (const node of all("[data-key]", chain)) node.classList.toggle("lit", back.has(node.dataset.key) || forth.has(node.dataset.key));
    for (const link of all("[data-from]", chain)) link.classList.toggle("lit", on(link.dataset.from, link.dataset.to));
  };
  const dark = (chain) => { chain.classList.remove("tracing"); for (const lit of all(".lit", chain)) lit.classList.remove("lit"); };
  const over = (event) => { const node = event.target.closest?.(".chain [data-key]"); if (node) light(node.closest(".chain"), node.dataset.key); };
  const out = (event) => { const node = event.target.closest?.(".chain [data-key]"); if (node && !node.contains(event.relatedTarget)) dark(node.closest(".chain")); };
  document.addEventListener("mouseover", over);
  document.addEventListener("mouseout", out);
  document.addEventListener("focusin", over);
  document.addEventListener("focusout", out);

  // --- arrows walk: right and left along the chain, up and down among those beside
  document.addEventListener("keydown", (event) => {
    const node = event.target.closest?.(".chain [data-key]");
    if (!node || !event.key.startsWith("Arrow")) return;
    const chain = node.closest(".chain"), key = node.dataset.key;
    const beside = (here, there) => links(chain).filter((link) => link.dataset[here] === key).map((link) => link.dataset[there]);
    const place = (one) => one.getBoundingClientRect();
    let next;
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const keys = event.key === "ArrowRight" ? beside("from", "to") : beside("to", "from");
      next = all("[data-key]", chain).find((one) => keys.includes(one.dataset.key));
    } else {
      const down = event.key === "ArrowDown", from = place(node);
      const near = all("[data-key]", chain).filter((one) => one !== node && Math.abs(place(one).left - from.left) < 90 && (place(one).top > from.top) === down);
      next = near.sort((a, b) => Math.abs(place(a).top - from.top) - Math.abs(place(b).top - from.top))[0];
    }
    if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });

  // --- zoom: the picture grows and shrinks inside its frame; "whole chain" fits it
  const zoom = (chain, factor) => {
    const svg = chain.querySelector(".chain-view > svg");
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const scale = Math.min(Math.max(factor, 0.2), 2.5);
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    chain.dataset.scale = scale;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chain-zoom]");
    if (!button) return;
    const chain = button.closest(".chain"), view = chain.querySelector(".chain-view");
    const [, , width] = chain.querySelector(".chain-view > svg").getAttribute("viewBox").split(" ").map(Number);
    const now = Number(chain.dataset.scale || 1), step = Number(button.dataset.chainZoom);
    zoom(chain, step === 0 ? Math.min(1, (view.clientWidth - 16) / width) : now * (step > 0 ? 1.25 : 0.8));
  });
})();
