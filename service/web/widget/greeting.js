// What stands in an empty conversation: a greeting, questions to begin with, or the way in.

import { button, make, said } from "./element.js";
import { failureText } from "./failures.js";

const MOST_SUGGESTIONS = 4;

export class Greeting {
  #words;
  #text = "";
  #own = [];
  #found = [];

  /** `onAsk(question)` asks; `onKey(key)` is given what a reader enters where a key is wanted. */
  constructor(words, { onAsk, onKey }) {
    this.#words = words;
    this.onAsk = onAsk;
    this.title = words.say(make("h3", "greeting-title"), "widget.greeting_title");
    this.words = make("p", "greeting-text");
    words.always(this.words, "text", () => { this.words.textContent = this.#text || words.word("widget.greeting"); });
    this.list = make("ul", "rows");
    this.suggestions = make("section", "suggestions", words.say(make("h4"), "widget.suggestions"), this.list);
    this.suggestions.hidden = true;
    this.notice = make("div", "notice");
    this.notice.hidden = true;
    this.key = keyForm(words, onKey);
    this.key.hidden = true;
    this.element = make("section", "greeting", this.title, this.words, this.suggestions, this.notice, this.key);
    words.always(this.list, "text", () => this.#list());
  }

  set text(text) {
    this.#text = text;
    this.words.textContent = text || this.#words.word("widget.greeting");
  }

  /** The page's own questions stand in for those of the service. */
  set own(questions) {
    this.#own = questions;
    this.#list();
  }

  /** `found`: [{question, language}]. */
  set found(found) {
    this.#found = found;
    this.#list();
  }

  /** Says why nothing can be asked; null: it can. */
  refused(failure) {
    this.notice.hidden = failure === null;
    this.notice.replaceChildren(...(failure ? [failureText(this.#words, failure)] : []));
  }

  askForKey(wanted) {
    this.key.hidden = !wanted;
    if (wanted) this.refused(null);
  }

  /** Those in the language of the interface first. */
  #list() {
    const own = this.#own.map((question) => ({ question, language: "" }));
    const inOwn = ({ language }) => (language === this.#words.language ? 0 : 1);
    const offered = own.length ? own : [...this.#found].sort((a, b) => inOwn(a) - inOwn(b));
    const rows = offered.slice(0, MOST_SUGGESTIONS).map(({ question, language }) => {
      const row = button("suggestion", () => this.onAsk(question), said("span", null, question, language));
      return make("li", null, row);
    });
    this.list.replaceChildren(...rows);
    this.suggestions.hidden = rows.length === 0;
  }
}

function keyForm(words, onKey) {
  const box = make("input", "box");
  box.type = "password";
  box.autocomplete = "off";
  box.spellcheck = false;
  const form = make("form", "key-form",
    make("label", null, words.say(make("span"), "widget.key_wanted"), box),
    words.say(make("button", "primary"), "widget.key_enter"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim()) onKey(box.value.trim());
    box.value = "";
  });
  return form;
}
