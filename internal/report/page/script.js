"use strict";
// Filters. Without this script the whole report is there to read.
(() => {
  const form = document.querySelector(".filters");
  if (!form) return;
  const field = name => document.getElementById("f-" + name);
  const packages = [...document.querySelectorAll(".package")].map(box => ({
    box,
    head: box.firstElementChild.textContent.toLowerCase(),
    projects: " " + box.dataset.projects + " ",
    rows: [...box.querySelectorAll(".finding")].map(row => ({
      row, text: row.textContent.toLowerCase(), severity: +row.dataset.severity, verdict: row.dataset.verdict,
    })),
  }));
  const allowed = document.getElementById("allowed");
  const total = packages.reduce((n, p) => n + p.rows.length, 0);

  function apply() {
    const words = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdict = field("verdict").value, severity = field("severity").value, scope = field("scope").value;
    const project = field("project") ? field("project").value : "";
    const filtered = words.length > 0 || verdict || severity || scope || project;
    let shown = 0;
    for (const p of packages) {
      const here = (!scope || p.box.dataset.scope === scope) && (!project || p.projects.includes(" " + project + " "));
      let some = false;
      for (const f of p.rows) {
        const ok = here && (!verdict || f.verdict === verdict) &&
          (!severity || (severity === "0" ? f.severity === 0 : f.severity >= +severity)) &&
          words.every(w => f.text.includes(w) || p.head.includes(w));
        f.row.hidden = !ok;
        if (ok) { some = true; shown++; }
      }
      p.box.hidden = !some;
    }
    if (allowed && filtered) allowed.open = true;
    field("count").value = filtered ? shown + " of " + total + " findings" : total + " findings";
  }

  field("open").addEventListener("click", () => {
    const open = field("open").textContent === "Open all";
    for (const p of packages) if (!p.box.hidden) p.box.open = open;
    field("open").textContent = open ? "Close all" : "Open all";
  });
  form.addEventListener("input", apply);
  form.addEventListener("submit", e => e.preventDefault());
  addEventListener("beforeprint", () => { for (const p of packages) if (!p.box.closest(".allowed")) p.box.open = true; });
  form.hidden = false;
  apply();
})();
