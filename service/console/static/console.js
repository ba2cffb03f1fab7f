// What the pages cannot do by themselves: files dropped on them, and progress while it goes on.
// Without this script the same forms are sent and the same pages reload.

for (const form of document.querySelectorAll("form[data-upload]")) acceptDrops(form);
for (const element of document.querySelectorAll("[data-events]")) follow(element);

function acceptDrops(form) {
  const input = form.querySelector("input[type=file]");
  form.classList.add("scripted");
  form.querySelector(".drop-help").hidden = false;
  input.addEventListener("change", () => {
    const names = [...input.files].map((file) => file.name);
    form.querySelector("[data-chosen]").textContent = names.slice(0, 3).join(", ") + (names.length > 3 ? ` … (${names.length})` : "");
  });
  let inside = 0; // entering a child comes before leaving its parent
  const over = (by) => {
    inside += by;
    form.classList.toggle("over", inside > 0);
  };
  form.addEventListener("dragenter", () => over(1));
  form.addEventListener("dragleave", () => over(-1));
  // A file that misses the form must not take the place of the page.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    over(-inside);
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    send(form, input);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, input);
  });
}

function send(form, input) {
  const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
  if (size > Number(form.dataset.most)) return complain(form, form.dataset.tooLarge);
  complain(form, "");
  const sending = form.querySelector(".sending");
  const bar = sending.querySelector("progress");
  const button = form.querySelector("button");
  sending.hidden = false;
  button.disabled = true;
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener("loadend", () => {
    if (request.status === 200) return location.assign(request.responseURL); // the page of the job
    sending.hidden = true;
    button.disabled = false;
    complain(form, reason(request) ?? form.dataset.failed);
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

/** What the page of an error says; it is only read, never shown. */
function reason(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  return page.querySelector("main [role=alert]")?.textContent ?? null;
}

function complain(form, words) {
  const alert = form.querySelector("[role=alert]");
  alert.textContent = words;
  alert.hidden = words === "";
}

function follow(element) {
  const source = new EventSource(element.dataset.events);
  const left = element.querySelector("[data-left]");
  source.addEventListener("progress", (event) => {
    const { job, ready, seconds_left } = JSON.parse(event.data);
    const bar = element.querySelector("progress");
    bar.max = job.documents.total || 1;
    bar.value = ready;
    element.querySelector("[data-ready]").textContent = ready;
    element.querySelector("[data-total]").textContent = job.documents.total;
    left.hidden = seconds_left === null;
    left.querySelector("span").textContent = seconds_left === null ? "" : Math.ceil(seconds_left);
  });
  source.addEventListener("final", () => {
    source.close();
    location.reload();
  });
  addEventListener("pagehide", () => source.close());
}
