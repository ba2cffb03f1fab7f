// The language of the interface: chosen, kept, and said again when it changes.

import { WORDS, sayDate } from "./words.js";

const KEPT_AS = "yauap.language";
let current = kept() ?? (/^ba\b/i.test(navigator.language ?? "") ? "ba" : "ru");
const sayings = new Map(); // element → what to write into it, in whatever language is current

export function interfaceLanguage() {
  return current;
}

export function word(key, values = {}) {
  return WORDS[current][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

export function date(timestamp) {
  return sayDate(current, timestamp);
}

/** «на башкирском» for a document's or an answer's language. */
export function inLanguage(code) {
  return word({ ba: "inBa", ru: "inRu", mixed: "inMixed" }[code] ?? "inOther");
}

/** Runs `write` now and again on every change of language, as long as the element is on the page. */
export function saying(element, write) {
  sayings.set(element, write);
  write(element);
  return element;
}

export function say(element, key, values) {
  return saying(element, () => { element.textContent = word(key, values); });
}

export function choose(language) {
  current = language;
  try {
    localStorage.setItem(KEPT_AS, language);
  } catch {
    // A browser that keeps nothing still changes the language of this page.
  }
  speak();
}

/** Writes every word on the page in the current language. */
export function speak() {
  document.documentElement.lang = current;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
  }
  for (const element of document.querySelectorAll("[data-word-placeholder]")) {
    element.placeholder = word(element.dataset.wordPlaceholder);
  }
  for (const [element, write] of sayings) {
    if (element.isConnected) write(element);
    else sayings.delete(element);
  }
}

function kept() {
  try {
    const language = localStorage.getItem(KEPT_AS);
    return Object.hasOwn(WORDS, language) ? language : null;
  } catch {
    return null;
  }
}
