// The box a question is written in, and the Bashkir letters for those whose keyboard has none.

import { length } from "./codepoints.js";
import { button, make } from "./element.js";
import { icon } from "./icons.js";

const LETTERS = "әөүғҡңҙҫһ";
const LONGEST = 2000;
const COUNT_FROM = 1800;
const MOST_ROWS = 6;

export class Composer {
  #words;
  #busy = false;
  #placeholder = "";

  /** `onAsk(question)` gets a question that may be sent; `onStop()` is called for the one under way. */
  constructor(words, { onAsk, onStop }) {
    this.#words = words;
    this.onAsk = onAsk;
    this.box = words.label(make("textarea", "box"), "widget.question");
    this.box.rows = 1;
    this.box.autocomplete = "off";
    this.box.setAttribute("enterkeyhint", "send");
    words.always(this.box, "placeholder", () => { this.box.placeholder = this.#placeholder || words.word("widget.placeholder"); });
    this.send = words.label(button("send primary", () => this.#submit(), icon("send")), "widget.send", {}, true);
    this.stop = words.label(button("stop primary", onStop, icon("stop")), "widget.stop", {}, true);
    this.stop.hidden = true;
    this.count = make("span", "count");
    this.count.id = "count";
    this.letters = words.label(make("div", "letters"), "widget.letters");
    this.letters.setAttribute("role", "toolbar");
    this.help = words.say(make("span", "help"), "widget.help");
    this.help.id = "help";
    this.box.setAttribute("aria-describedby", "help count");
    this.element = make("div", "composer",
      make("div", "line", this.box, this.send, this.stop),
      make("div", "foot", this.letters, this.count, this.help));
    this.#listen();
    this.#addLetters();
    this.#changed();
  }

  set placeholder(text) {
    this.#placeholder = text;
    this.box.placeholder = text || this.#words.word("widget.placeholder");
  }

  set busy(now) {
    const stopHadFocus = this.stop.matches(":focus");
    this.#busy = now;
    this.send.hidden = now;
    this.stop.hidden = !now;
    if (stopHadFocus) this.box.focus(); // the button under the reader's hands is gone
  }

  focus() {
    this.box.focus();
  }

  #listen() {
    this.box.addEventListener("input", () => this.#changed());
    this.box.addEventListener("keydown", (event) => {
      // While a word is still being composed, Enter only accepts it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    let width = 0;
    new ResizeObserver(() => {
      if (this.box.clientWidth === width) return; // it grew by itself
      width = this.box.clientWidth;
      this.#grow();
    }).observe(this.box);
  }

  #submit() {
    const question = this.box.value.trim();
    if (this.#busy || !question || length(question) > LONGEST) return;
    this.box.value = "";
    this.#changed();
    this.onAsk(question);
  }

  #changed() {
    this.#grow();
    const used = length(this.box.value.trim());
    const tooLong = used > LONGEST;
    this.send.disabled = used === 0 || tooLong;
    this.box.setAttribute("aria-invalid", String(tooLong));
    this.count.hidden = used < COUNT_FROM;
    this.count.classList.toggle("too-long", tooLong);
    this.#words.always(this.count, "text", () => {
      const said = tooLong ? `. ${this.#words.word("widget.too_long", { limit: LONGEST })}` : "";
      this.count.textContent = `${used} / ${LONGEST}${said}`;
    });
  }

  /** As many rows as the text has, without a style set from here. */
  #grow() {
    const { box } = this;
    let rows = 1;
    box.rows = rows;
    while (rows < MOST_ROWS && box.scrollHeight > box.clientHeight + 1) box.rows = ++rows;
  }

  /** A toolbar is one stop of the Tab key; arrows move inside it. */
  #addLetters() {
    this.letters.lang = "ba";
    const keys = [...LETTERS].map((letter, i) => {
      const key = button("letter", (event) => this.#insert(letter, event.shiftKey), letter);
      key.tabIndex = i === 0 ? 0 : -1;
      key.addEventListener("pointerdown", (event) => event.preventDefault()); // the caret stays where it is
      return key;
    });
    this.letters.append(...keys);
    this.letters.addEventListener("keydown", (event) => {
      const at = keys.indexOf(event.target);
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
  #insert(letter, shift) {
    const { box } = this;
    const capital = shift || /(?:^|[.!?…]\s+|\n)$/.test(box.value.slice(0, box.selectionStart));
    box.setRangeText(capital ? letter.toUpperCase() : letter, box.selectionStart, box.selectionEnd, "end");
    this.#changed();
  }
}
