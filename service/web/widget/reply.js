// The parts of an answer: text with its markers, sources, what is nearby, and what can be done with it.

import { isCrossLanguage, pieces } from "./answer.js";
import { facts } from "./card.js";
import { copyButton } from "./copying.js";
import { button, langOf, make, said } from "./element.js";
import { rating } from "./rating.js";

/** The drawn parts of a turn's answer. */
export function drawAnswer(turn) {
  const { answer, view, question } = turn;
  const text = make("div", "answer");
  text.lang = langOf(answer.language);
  for (const piece of pieces(answer)) {
    if (typeof piece === "string") text.append(piece);
    else cling(text, marker(view, answer, answer.citations.find(({ number }) => number === piece)));
  }
  const parts = [understood(view, question, answer), text];
  if (answer.answered) {
    parts.push(sources(view, answer));
    if (answer.degraded) parts.push(view.words.say(make("p", "aside degraded"), "widget.degraded"));
    parts.push(make("div", "actions", copyButton(view.words, answer), rating(turn)));
  } else if (answer.reason !== "small_talk") {
    parts.push(nearby(view, answer), make("div", "actions", rating(turn))); // a refusal can be wrong too
  }
  return parts.filter(Boolean);
}

/** What is there so far: «[1]» that a citation announced is a badge, but nothing can be pressed yet. */
export function drawPartial(box, text, numbers) {
  box.replaceChildren();
  for (const part of text.split(/(\[\d+\])/)) {
    const number = Number(/^\[(\d+)\]$/.exec(part)?.[1]);
    if (numbers.has(number)) cling(box, make("span", "marker", String(number)));
    else if (part) box.append(part);
  }
}

function understood(view, asked, { question }) {
  if (!question || question.trim() === asked.trim()) return null;
  return view.words.say(make("p", "aside understood"), "widget.understood", { question });
}

/** A marker clings to the word before it: alone at the start of a line it would belong to nothing. */
function cling(box, made) {
  const before = box.lastChild;
  if (before?.className === "clinging") {
    before.append(made);
    return;
  }
  if (before?.nodeType === Node.TEXT_NODE) before.data = before.data.replace(/\s+$/, "");
  const lastWord = before?.nodeType === Node.TEXT_NODE ? /\S{1,24}$/u.exec(before.data)?.[0] ?? "" : "";
  if (lastWord) before.data = before.data.slice(0, -lastWord.length);
  box.append(make("span", "clinging", lastWord, made));
}

function marker(view, answer, citation) {
  const made = button("marker", () => view.card.show(citation, answer, made), String(citation.number));
  return view.words.label(made, "widget.source_number", { number: citation.number, title: citation.title });
}

function sources(view, answer) {
  const rows = answer.citations.map((citation) => {
    const row = passageRow(view, answer, citation, "source");
    row.prepend(make("span", "badge", String(citation.number)));
    return row;
  });
  return titledList(view, "sources", "widget.sources", rows);
}

/** What a refusal has to offer: passages nearby, and a hint how to ask. */
function nearby(view, answer) {
  if (answer.related.length === 0) {
    return answer.reason === "empty_index" ? null : view.words.say(make("p", "aside"), "widget.ask_otherwise");
  }
  const rows = answer.related.map((hit) => {
    const row = passageRow(view, answer, hit, "related-hit");
    row.firstChild.prepend(said("span", "excerpt", hit.quote, hit.language));
    return row;
  });
  return titledList(view, "related", "widget.related", rows);
}

function passageRow(view, answer, passage, className) {
  const line = make("span", "facts");
  view.words.always(line, "text", () => line.replaceChildren(...facts(view.words, passage)));
  line.classList.toggle("cross-language", isCrossLanguage(passage, answer));
  const about = make("span", "about", said("span", "title", passage.title, passage.language), line);
  const row = button(`passage ${className}`, () => view.card.show(passage, answer, row), about);
  return row;
}

function titledList(view, className, key, rows) {
  const list = make("ul", "rows", ...rows.map((row) => make("li", null, row)));
  return make("section", className, view.words.say(make("h4"), key), list);
}
