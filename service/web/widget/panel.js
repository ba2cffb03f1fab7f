// The panel of one element: its bar, the conversation and the box below it.

import { Card } from "./card.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { button, make } from "./element.js";
import { Greeting } from "./greeting.js";
import { icon, mark } from "./icons.js";

const LANGUAGES = { ba: "widget.language_ba", ru: "widget.language_ru", en: "widget.language_en" };

export class Panel {
  #words;
  #heading = "";
  #waiting = null; // the turn that a key is wanted for

  /**
   * `name`: under which the conversation is kept; `onLanguage(language)`, `onClose()` and
   * `onKey()` hear of what the reader does; `onDocument(passage)` may be null.
   */
  constructor(words, api, name, { onLanguage, onClose, onKey, onDocument }) {
    this.#words = words;
    this.api = api;
    this.onKey = onKey;
    this.card = new Card(words, onDocument);
    this.composer = new Composer(words, {
      onAsk: (question) => this.conversation.ask(question),
      onStop: () => this.conversation.stop(),
    });
    this.greeting = new Greeting(words, {
      onAsk: (question) => this.conversation.ask(question),
      onKey: (key) => this.#enter(key),
    });
    this.title = make("h2", "heading");
    this.title.id = "heading";
    words.always(this.title, "text", () => { this.title.textContent = this.#heading || words.word("widget.heading"); });
    this.begin = words.label(button("round begin", () => this.#beginAnew(), icon("begin")), "widget.begin", {}, true);
    const close = words.label(button("round close-panel", onClose, icon("close")), "widget.close", {}, true);
    this.network = make("p", "network");
    this.network.setAttribute("role", "status");
    this.conversation = new Conversation(name, {
      words, api, card: this.card,
      onState: (state) => this.#drawState(state),
      onFailure: (failure, turn) => this.#failed(failure, turn),
    });
    this.scroll = make("div", "scroll", this.greeting.element, this.conversation.element);
    this.scroll.tabIndex = 0;
    words.label(this.scroll, "widget.conversation");
    this.scroll.setAttribute("role", "group");
    this.element = make("section", "panel",
      make("header", "bar", mark(), this.title, this.begin, languageSwitch(words, onLanguage), close),
      this.scroll,
      make("footer", "desk", this.network, this.composer.element),
      this.card.element);
    this.element.setAttribute("aria-labelledby", "heading");
    this.conversation.restore();
  }

  set heading(text) {
    this.#heading = text;
    this.title.textContent = text || this.#words.word("widget.heading");
  }

  /** Looks for questions to begin with: the first sign of whether anything can be asked here. */
  async offer() {
    try {
      this.greeting.found = await this.api.suggestions();
      this.greeting.refused(null);
      this.greeting.askForKey(false);
      return true;
    } catch (failure) {
      if (this.#wantsKey(failure)) this.greeting.askForKey(true);
      else if ([401, 403].includes(failure.status)) this.greeting.refused(failure);
      return false; // what else is wrong, a question will say, and better
    }
  }

  sayNetwork() {
    if (navigator.onLine) this.#words.silence(this.network);
    else this.#words.say(this.network, "widget.offline");
  }

  #wantsKey(failure) {
    return failure.status === 401 && this.api.credentials.canEnter;
  }

  #failed(failure, turn) {
    if (!this.#wantsKey(failure)) return;
    this.#waiting = turn;
    this.greeting.askForKey(true);
  }

  async #enter(key) {
    this.api.credentials.enter(key);
    if (!(await this.offer())) return;
    this.onKey();
    const turn = this.#waiting;
    this.#waiting = null;
    if (turn) this.conversation.again(turn);
    this.composer.focus();
  }

  #drawState({ busy, empty }) {
    this.composer.busy = busy;
    this.begin.hidden = empty;
    this.greeting.element.hidden = !empty && this.#waiting === null;
    if (this.#waiting) this.scroll.scrollTop = 0;
  }

  #beginAnew() {
    this.#waiting = null;
    this.conversation.clear();
    this.scroll.scrollTop = 0;
    this.composer.focus();
  }
}

function languageSwitch(words, onLanguage) {
  const buttons = Object.entries(LANGUAGES).map(([language, name]) => {
    const made = button("language", () => onLanguage(language), language.toUpperCase());
    made.dataset.language = language;
    return words.label(made, name, {}, true);
  });
  const group = words.label(make("div", "languages", ...buttons), "widget.language");
  group.setAttribute("role", "group");
  words.always(group, "pressed", () => {
    for (const made of buttons) made.setAttribute("aria-pressed", String(made.dataset.language === words.language));
  });
  return group;
}
