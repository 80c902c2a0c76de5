"use strict";
// Everything the page says is there without this script; it filters, brings out and reads out.

for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;

// Filters of a campaign's pieces.
for (const bar of document.querySelectorAll(".filters")) {
  const campaign = bar.closest(".campaign");
  const pieces = [...campaign.querySelectorAll(".piece")];
  const selects = [...bar.querySelectorAll("select")];
  const apply = () => {
    for (const piece of pieces) {
      piece.hidden = selects.some((one) => one.value && piece.dataset[one.dataset.filter] !== one.value);
    }
    for (const group of campaign.querySelectorAll(".pieces-of")) {
      group.hidden = !group.querySelector(".piece:not([hidden])");
    }
    const shown = pieces.filter((piece) => !piece.hidden).length;
    bar.querySelector("output").textContent = `${shown} of ${pieces.length} shown`;
  };
  const clear = () => {
    for (const select of selects) select.value = "";
    apply();
  };
  bar.addEventListener("change", apply);
  bar.querySelector(".clear").addEventListener("click", clear);
  campaign.addEventListener("report:reveal", clear);
  // A browser restores a select's value on reload, but not what it hid.
  apply();
}

// One segment brought out on the map.
const map = document.querySelector(".map");
if (map) {
  const keys = [...map.querySelectorAll(".legend-key")];
  for (const key of keys) {
    key.addEventListener("click", () => {
      const on = key.getAttribute("aria-pressed") !== "true";
      for (const other of keys) other.setAttribute("aria-pressed", String(on && other === key));
      map.classList.toggle("focused", on);
      for (const drawn of map.querySelectorAll(".cloud, .cloud-tag")) {
        drawn.classList.toggle("picked", on && drawn.dataset.segment === key.dataset.segment);
      }
    });
  }
}

// The means behind a cell of the heat map; one cell is a tab stop, arrows move between cells.
for (const heat of document.querySelectorAll(".heat")) {
  const readout = document.getElementById("heat-readout");
  const rows = [...heat.tBodies[0].rows];
  const say = (cell) => {
    const label = cell.parentElement.cells[0].textContent;
    const { segment, value, others } = cell.dataset;
    readout.textContent = `${label}: ${value} in ${segment}, ${others} among all others, effect ${cell.textContent}`;
  };
  const cellAt = (target) => target.closest("td[data-value]");
  const first = heat.querySelector("td[data-value]");
  if (first) first.tabIndex = 0;
  for (const kind of ["pointerover", "click", "focusin"]) {
    heat.addEventListener(kind, (event) => {
      const cell = cellAt(event.target);
      if (cell) say(cell);
    });
  }
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  heat.addEventListener("keydown", (event) => {
    const cell = cellAt(event.target);
    const step = steps[event.key];
    if (!cell || !step) return;
    const row = rows[rows.indexOf(cell.parentElement) + step[0]];
    const next = row && row.cells[cell.cellIndex + step[1]];
    if (!next || !next.dataset.value) return;
    event.preventDefault();
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// A link into something folded or filtered away opens it first; not every browser unfolds by itself.
const reveal = (hash) => {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target) return;
  for (const panel of document.querySelectorAll("[popover]:popover-open")) panel.hidePopover();
  for (let node = target; node; node = node.parentElement) {
    if (node.tagName === "DETAILS") node.open = true;
  }
  if (target.closest("[hidden]")) target.closest(".campaign")?.dispatchEvent(new Event("report:reveal"));
  if (target.tabIndex === -1) target.focus({ preventScroll: true });
  target.scrollIntoView();
};
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  // After the browser's own jump, which a folded target would miss.
  if (link) setTimeout(() => reveal(link.hash));
});
if (location.hash) reveal(location.hash);
