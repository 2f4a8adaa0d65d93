"use strict";
(() => {
  const all = Array.from(document.querySelectorAll(".finding"));
  const folds = () => Array.from(document.querySelectorAll("main details"));

  // A link to a finding or a session opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.matches("details")) { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  // On a narrow screen the list of sessions is read more easily than their picture.
  const same = document.querySelector(".graph .same");
  if (same && matchMedia("(max-width: 36rem)").matches) same.open = true;

  // Commands can be copied; where the browser forbids it, they are selected.
  const copyable = (within) => within.querySelectorAll(".fix pre").forEach((pre) => {
    if (pre.previousElementSibling && pre.previousElementSibling.matches(".copy")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(pre);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    pre.before(button);
  });
  const opened = (fold) => { if (fold.open && fold.matches(".finding, .advice")) copyable(fold); };
  document.addEventListener("toggle", (event) => opened(event.target), true);
  if (all.length < 200) folds().forEach(opened);

  // Paper has no folds.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = folds().filter((fold) => !fold.open);
    closed.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));

  const tools = document.querySelector(".tools");
  if (!tools) return;
  tools.hidden = false;
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const boxes = Array.from(tools.querySelectorAll("input[type=checkbox]"));
  const rules = Array.from(document.querySelectorAll("#findings > .rule"));
  let texts = null;

  const filter = () => {
    // Read once, and only when somebody searches: there may be thousands.
    texts = texts || new Map(all.map((one) => [one, (one.textContent + " " + one.parentElement.querySelector(".rule-head").textContent).toLowerCase()]));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const filtered = words.length > 0 || severities.size < boxes.length;
    let count = 0;
    for (const one of all) {
      const text = texts.get(one);
      const met = severities.has(one.dataset.severity) && words.every((word) => text.includes(word));
      one.hidden = !met;
      if (met) count += 1;
    }
    for (const rule of rules) {
      const own = Array.from(rule.querySelectorAll(".finding"));
      rule.hidden = filtered && own.every((one) => one.hidden);
    }
    shown.textContent = filtered ? count + " of " + all.length + " shown" : "";
  };

  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  boxes.forEach((box) => box.addEventListener("change", filter));
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && event.target === search) { search.value = ""; filter(); }
  });
  const fold = (open) => () => all.forEach((one) => { one.open = open; });
  document.getElementById("open-all").addEventListener("click", fold(true));
  document.getElementById("close-all").addEventListener("click", fold(false));
})();
