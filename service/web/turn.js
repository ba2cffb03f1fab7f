// One question and what came of it, drawn into the conversation.

import { pieces, plainText } from "./answer.js";
import { facts, isCrossLanguage, showPassage } from "./citation.js";
import { element, langOf } from "./element.js";
import { date, say, saying, word } from "./language.js";

const LONG_AFTER_S = 10;

export class Turn {
  /** `onRetry(turn)` asks the same question again. */
  constructor(question, onRetry) {
    this.question = question;
    this.answer = null;
    this.onRetry = onRetry;
    this.reply = element("div", { className: "reply" });
    this.element = element("article", { className: "turn", testid: "turn" },
      element("h2", { className: "question", testid: "question", text: question }), this.reply);
  }

  thinking() {
    const words = say(element("span"), "thinking");
    // Counting seconds aloud helps nobody, so the clock is for the eye alone.
    const clock = element("span", { className: "clock" });
    clock.setAttribute("aria-hidden", "true");
    const started = performance.now();
    this.#draw("thinking", element("p", { className: "thinking", testid: "thinking" }, words, clock));
    this.timer = setInterval(() => {
      const count = Math.floor((performance.now() - started) / 1000);
      saying(clock, () => { clock.textContent = word("seconds", { count }); });
      if (count === LONG_AFTER_S) say(words, "thinkingLong");
    }, 1000);
  }

  answered(answer) {
    this.answer = answer;
    const state = answer.answered ? "answered" : answer.reason === "small_talk" ? "small-talk" : "refused";
    const parts = [this.#understood(), answerText(answer)];
    if (state === "answered") parts.push(sources(answer), degraded(answer), copyButton(answer));
    if (state === "refused") parts.push(...help(answer));
    this.#draw(state, ...parts.filter(Boolean));
  }

  failed(failure) {
    const stopped = failure.kind === "stopped";
    const retry = say(element("button", { type: "button", className: "secondary retry", testid: "retry" }), "retry");
    retry.addEventListener("click", () => this.onRetry(this));
    const parts = [failureText(failure), element("p", { className: "actions" }, retry)];
    if (failure.status === 503) parts.splice(1, 0, ...ingestHelp("notReadyHelp"));
    this.#draw(stopped ? "stopped" : "failed", ...parts);
    if (failure.retryAfter) this.#countDown(retry, failure.retryAfter);
  }

  /** Stops whatever still ticks in this turn. */
  leave() {
    clearInterval(this.timer);
  }

  #draw(state, ...parts) {
    this.leave();
    this.element.dataset.state = state;
    this.reply.replaceChildren(...parts);
  }

  #understood() {
    const { question } = this.answer;
    if (!question || question.trim() === this.question.trim()) return null;
    return say(element("p", { className: "understood", testid: "understood" }), "understoodAs", { question });
  }

  #countDown(retry, wait) {
    const until = performance.now() + wait * 1000;
    const note = element("span", { className: "aside", testid: "retry-in" });
    note.setAttribute("aria-live", "off");
    retry.disabled = true;
    retry.after(note);
    const tick = () => {
      const count = Math.ceil((until - performance.now()) / 1000);
      if (count > 0) {
        saying(note, () => { note.textContent = word("retryIn", { count }); });
        return;
      }
      clearInterval(this.timer);
      note.remove();
      retry.disabled = false;
    };
    this.timer = setInterval(tick, 1000);
    tick();
  }
}

function answerText(answer) {
  const box = element("div", { className: "answer", testid: "answer", lang: langOf(answer.language) });
  for (const piece of pieces(answer)) {
    if (typeof piece === "string") box.append(piece);
    else attachMarker(box, answer, answer.citations.find(({ number }) => number === piece));
  }
  return box;
}

/** A marker clings to the word before it: alone at the start of a line it would belong to nothing. */
function attachMarker(box, answer, citation) {
  const before = box.lastChild;
  const button = marker(answer, citation);
  if (before?.className === "clinging") {
    before.append(button);
    return;
  }
  const lastWord = before?.nodeType === Node.TEXT_NODE ? /\S{1,24}$/u.exec(before.data)?.[0] ?? "" : "";
  if (lastWord) before.data = before.data.slice(0, -lastWord.length);
  box.append(element("span", { className: "clinging" }, lastWord, button));
}

function marker(answer, citation) {
  const button = element("button", { type: "button", className: "marker", testid: "marker", text: String(citation.number) });
  button.dataset.number = citation.number;
  saying(button, () => button.setAttribute("aria-label", word("sourceNumber", citation)));
  button.addEventListener("click", () => showPassage(citation, answer.language, button));
  return button;
}

function sources(answer) {
  const rows = answer.citations.map((citation) => {
    const row = passageRow(citation, answer, "source");
    row.prepend(element("span", { className: "badge", text: String(citation.number) }));
    return element("li", {}, row);
  });
  return titledList("sources", rows, "sources");
}

/** What a refusal has to offer: nearby passages, or a hint how to ask; without documents, how to add some. */
function help(answer) {
  if (answer.reason === "empty_index") return ingestHelp("emptyIndex");
  if (answer.related.length === 0) return [say(element("p", { className: "aside" }), "askOtherwise")];
  const rows = answer.related.map((hit) => {
    const row = passageRow(hit, answer, "related-hit");
    row.prepend(element("q", { className: "excerpt", text: hit.quote, lang: langOf(hit.language) }));
    return element("li", {}, row);
  });
  return [titledList("related", rows, "related")];
}

function passageRow(passage, answer, testid) {
  const about = element("span", { className: "about" });
  const row = element("button", { type: "button", className: "passage", testid }, about);
  const title = element("span", { className: "title", text: passage.title, lang: langOf(passage.language) });
  const line = saying(element("span", { className: "facts" }), (line) => line.replaceChildren(...facts(passage, { link: false })));
  line.classList.toggle("cross-language", isCrossLanguage(passage, answer.language));
  about.append(title, line);
  row.addEventListener("click", () => showPassage(passage, answer.language, row));
  return row;
}

function titledList(key, rows, testid) {
  return element("section", { className: key, testid },
    say(element("h3"), key), element("ul", { className: "rows" }, ...rows));
}

function degraded(answer) {
  return answer.degraded ? say(element("p", { className: "aside", testid: "degraded" }), "degraded") : null;
}

function ingestHelp(key) {
  return [
    say(element("p", { className: "aside" }), key),
    element("pre", {}, element("code", { text: "yauap ingest seeds/" })),
  ];
}

function failureText({ kind, status, detail }) {
  const text = element("p", { testid: "failure" });
  const known = { 401: "unauthorized", 403: "unauthorized", 429: "tooMany", 503: "notReady", 504: "timeout" }[status];
  // What the service itself says is more exact than what the page can guess from a number.
  if (detail) text.textContent = detail;
  else if (kind !== "problem") say(text, kind);
  else if (known) say(text, known);
  else say(text, "problem", { status });
  return text;
}

function copyButton(answer) {
  const button = say(element("button", { type: "button", className: "quiet", testid: "copy" }), "copy");
  button.addEventListener("click", async () => {
    const done = await copy(plainText(answer, word("sources"), date));
    say(button, done ? "copied" : "copyFailed");
    setTimeout(() => say(button, "copy"), 2500);
  });
  return element("p", { className: "actions" }, button);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text); // absent where the page did not come over https or from this machine
    return true;
  } catch {
    return false;
  }
}
