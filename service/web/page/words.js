// The words of a page: those that its markup names, in the language that the reader chose.

import { Words, spoken } from "../widget/language.js";
import { keep, kept } from "../widget/storage.js";

const KEPT_AS = "language"; // the same as the widget's: they speak one language

/** Speaks the page in the language kept for this tab, else the browser's. */
export function speakPage() {
  const root = document.documentElement;
  const words = new Words(root, spoken(kept(KEPT_AS)) ?? spoken(navigator.language) ?? "ru");
  for (const node of document.querySelectorAll("[data-word]")) words.say(node, node.dataset.word);
  for (const node of document.querySelectorAll("[data-word-label]")) words.label(node, node.dataset.wordLabel);
  words.choose(words.language);
  return words;
}

export function chooseLanguage(words, language) {
  keep(KEPT_AS, language);
  words.choose(language);
}
