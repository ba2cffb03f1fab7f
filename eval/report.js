"use strict";

// Says what a touched cell of the heat map would say when pointed at.
document.querySelector("table.heat").addEventListener("click", (event) => {
  const cell = event.target.closest("td");
  if (cell) document.getElementById("cell").textContent = cell.title;
});

// Shows the failures that meet the chosen conditions. Without it the page shows them all.
const form = document.getElementById("filter");
const failures = [...document.querySelectorAll("article.failure")];
const shown = document.getElementById("shown");

function apply() {
  const { fault, slice, words } = form.elements;
  const sought = words.value.trim().toLowerCase();
  let count = 0;
  for (const failure of failures) {
    const visible =
      (!fault.value || failure.dataset.faults.split("|").includes(fault.value)) &&
      (!slice.value || failure.dataset.slices.split("|").includes(slice.value)) &&
      (!sought || failure.textContent.toLowerCase().includes(sought));
    failure.hidden = !visible;
    count += visible;
  }
  shown.textContent = `${count} of ${failures.length} shown`;
}

if (form) {
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
