// The words of one element, said again when its language changes.

import { WORDS } from "./words.js";

/** The interface language for a language tag: «ba-RU» gives «ba», what is not spoken here null. */
export function spoken(tag) {
  const primary = (tag ?? "").toLowerCase().split(/[-_]/)[0];
  return Object.hasOwn(WORDS, primary) ? primary : null;
}

export class Words {
  #root;
  #sayings = new Map(); // node → what is written of it → how

  /** `root` holds every node that is written; those that left it are forgotten. */
  constructor(root, language) {
    this.#root = root;
    this.language = language;
  }

  word(key, values = {}) {
    return WORDS[this.language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /** Writes a message into a node, now and on every change of language. */
  say(node, key, values) {
    return this.always(node, "text", () => { node.textContent = this.word(key, values); });
  }

  /** Names a node for those who do not see it; `hint` shows the name to those who point at it too. */
  label(node, key, values, hint = false) {
    return this.always(node, "label", () => {
      node.setAttribute("aria-label", this.word(key, values));
      if (hint) node.title = this.word(key, values);
    });
  }

  always(node, what, write) {
    if (!this.#sayings.has(node)) this.#sayings.set(node, new Map());
    this.#sayings.get(node).set(what, write);
    write();
    return node;
  }

  /** Leaves a node to itself, empty. */
  silence(node) {
    this.#sayings.delete(node);
    node.textContent = "";
  }

  choose(language) {
    this.language = language;
    this.#root.lang = language;
    for (const [node, writes] of this.#sayings) {
      if (!this.#root.contains(node)) this.#sayings.delete(node);
      else for (const write of writes.values()) write();
    }
  }

  /** Browsers know no Bashkir dates, so all languages are said here. */
  date(timestamp) {
    const date = new Date(timestamp);
    if (Number.isNaN(date.getTime())) return String(timestamp);
    const month = this.word("widget.months").split(" ")[date.getUTCMonth()];
    return this.word("widget.date", { day: date.getUTCDate(), month, year: date.getUTCFullYear() });
  }

  /** «на башкирском» for a document's or an answer's language. */
  inLanguage(code) {
    return this.word({ ba: "widget.in_ba", ru: "widget.in_ru", mixed: "widget.in_mixed" }[code] ?? "widget.in_other");
  }
}
