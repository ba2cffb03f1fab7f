// The box a question is written in, and the Bashkir letters for those whose keyboard has none.

import { length } from "./codepoints.js";
import { element } from "./element.js";
import { saying, word } from "./language.js";

const LETTERS = "әөүғҡңҙҫһ";
const LONGEST = 2000;
const COUNT_FROM = 1800;
const MOST_ROWS = 8;

const form = document.getElementById("ask");
const box = document.getElementById("question");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const count = document.getElementById("question-count");
const letters = document.getElementById("letters");
let busy = false;

/** `onAsk(question)` gets a question that may be sent; `onStop()` is called for the one under way. */
export function startComposer({ onAsk, onStop }) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = box.value.trim();
    if (busy || !question || length(question) > LONGEST) return;
    box.value = "";
    changed();
    onAsk(question);
  });
  stop.addEventListener("click", onStop);
  box.addEventListener("input", changed);
  box.addEventListener("keydown", (event) => {
    // While a word is still being composed, Enter only accepts it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  window.addEventListener("resize", grow);
  addLetters();
  changed();
}

export function setBusy(now) {
  const stopHadFocus = document.activeElement === stop;
  busy = now;
  send.hidden = now;
  stop.hidden = !now;
  if (stopHadFocus) box.focus(); // the button under the user's hands is gone
}

export function focusBox() {
  box.focus();
}

function changed() {
  grow();
  const used = length(box.value.trim());
  const tooLong = used > LONGEST;
  send.disabled = used === 0 || tooLong;
  box.setAttribute("aria-invalid", String(tooLong));
  count.hidden = used < COUNT_FROM;
  count.classList.toggle("too-long", tooLong);
  saying(count, () => {
    count.textContent = tooLong ? `${used} / ${LONGEST}. ${word("questionTooLong", { limit: LONGEST })}` : `${used} / ${LONGEST}`;
  });
}

/** As many rows as the text has, without a style set from here. */
function grow() {
  box.rows = 1;
  while (box.rows < MOST_ROWS && box.scrollHeight > box.clientHeight) box.rows += 1;
}

/** A toolbar is one stop of the Tab key; arrows move inside it. */
function addLetters() {
  for (const letter of LETTERS) {
    const key = element("button", { type: "button", testid: "letter", text: letter });
    key.tabIndex = letters.childElementCount === 0 ? 0 : -1;
    key.addEventListener("pointerdown", (event) => event.preventDefault()); // the caret stays where it is
    key.addEventListener("click", (event) => insert(letter, event.shiftKey));
    letters.append(key);
  }
  letters.addEventListener("keydown", (event) => {
    const keys = [...letters.children];
    const at = keys.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = keys[(to + keys.length) % keys.length];
    keys[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

/** A capital with Shift, and where a sentence begins. */
function insert(letter, shift) {
  const before = box.value.slice(0, box.selectionStart);
  const capital = shift || /(?:^|[.!?…]\s+|\n)$/.test(before);
  box.setRangeText(capital ? letter.toUpperCase() : letter, box.selectionStart, box.selectionEnd, "end");
  changed();
}
