// The card that shows a quote in its surroundings.

import { isCrossLanguage } from "./answer.js";
import { button, langOf, make, said } from "./element.js";
import { icon } from "./icons.js";

const AROUND = 300; // characters before and after a quote that the service gives at most

export class Card {
  #words;
  #opener = null;

  /** `onDocument(passage)` opens the whole document; null where nothing can. */
  constructor(words, onDocument) {
    this.#words = words;
    this.onDocument = onDocument;
    this.number = make("span", "badge");
    this.title = make("h2", "card-title");
    this.title.id = "card-title";
    this.title.tabIndex = -1;
    this.facts = make("p", "facts");
    this.other = make("p", "other-language");
    this.text = make("blockquote", "surroundings");
    this.text.tabIndex = 0;
    words.label(this.text, "widget.surroundings");
    this.text.setAttribute("role", "region");
    this.actions = make("p", "card-actions");
    const close = words.label(button("round close", () => this.element.close(), icon("close")), "widget.close", {}, true);
    const kind = make("p", "card-kind", this.number, words.say(make("span"), "widget.source"));
    this.element = make("dialog", "card",
      make("div", "card-bar", kind, close),
      make("div", "card-head", this.title, this.facts, this.other),
      this.text, this.actions);
    this.element.setAttribute("aria-labelledby", "card-title");
    this.element.addEventListener("click", (event) => {
      if (event.target === this.element) this.element.close(); // the backdrop: its own parts cover the rest
    });
    this.element.addEventListener("close", () => this.#opener?.focus()); // not every browser gives it back
  }

  /** `passage` is a citation or a hit of `answer`. */
  show(passage, answer, from) {
    const words = this.#words;
    this.#opener = from;
    this.number.hidden = passage.number === null;
    this.number.textContent = passage.number ?? "";
    this.title.textContent = passage.title;
    this.title.lang = langOf(passage.language);
    words.always(this.facts, "text", () => this.facts.replaceChildren(...facts(words, passage)));
    this.other.hidden = !isCrossLanguage(passage, answer);
    words.always(this.other, "text", () => {
      const languages = { answer: words.inLanguage(answer.language), quote: words.inLanguage(passage.language) };
      this.other.textContent = words.word("widget.cross_language", languages);
    });
    this.text.lang = langOf(passage.language);
    this.text.replaceChildren(...surroundings(passage));
    this.#act(passage);
    this.element.showModal();
    this.title.focus();
    const quote = this.text.querySelector("mark");
    this.text.scrollTop = quote.offsetTop - Math.max(16, (this.text.clientHeight - quote.offsetHeight) / 3);
  }

  #act(passage) {
    const words = this.#words;
    const actions = [];
    if (this.onDocument) {
      const open = button("secondary whole", () => {
        this.element.close();
        this.onDocument(passage);
      });
      actions.push(words.say(open, "widget.whole_document"));
    }
    if (passage.url) actions.push(link(words, passage.url, "widget.original"));
    for (const other of passage.translations) actions.push(...this.#translation(other));
    this.actions.replaceChildren(...actions);
    this.actions.hidden = actions.length === 0;
  }

  /** The way to the same text in the other language, where there is one. */
  #translation(other) {
    const words = this.#words;
    const language = () => ({ language: words.inLanguage(other.language) });
    if (!this.onDocument) return other.url ? [link(words, other.url, "widget.translation_at", language)] : [];
    const open = button("secondary", () => {
      this.element.close();
      this.onDocument(other);
    });
    words.always(open, "text", () => (open.textContent = words.word("widget.translation", language())));
    return [open];
  }
}

/** «на русском · 1 февраля 2024 года · стр. 3 · Порядок приёма» */
export function facts(words, passage) {
  const parts = [make("span", null, words.inLanguage(passage.language))];
  if (passage.publishedAt) parts.push(make("span", null, words.date(passage.publishedAt)));
  if (passage.page) parts.push(make("span", null, words.word("widget.page", { page: passage.page })));
  if (passage.section && passage.section !== passage.title) parts.push(said("span", null, passage.section, passage.language));
  return parts;
}

/** `url` is an address of http or https: nothing else comes through reading an answer. */
function link(words, url, key, values = () => ({})) {
  const anchor = make("a", "original");
  anchor.href = url;
  anchor.rel = "noopener noreferrer";
  anchor.target = "_blank";
  words.always(anchor, "text", () => {
    const unseen = make("span", "unseen", ` (${words.word("widget.new_tab")})`);
    anchor.replaceChildren(words.word(key, { host: new URL(url).host, ...values() }), unseen);
  });
  return anchor;
}

function surroundings({ start, quote, before, after }) {
  // The service gives so many characters, wherever a word ends; the reader gets whole words.
  const lead = before && start > [...before].length ? `… ${before.replace(/^\S*\s+/u, "")}` : before;
  const rest = [...after].length < AROUND ? after : `${after.replace(/\s+\S*$/u, "")} …`;
  return [lead, make("mark", "quote", quote), rest];
}
