// The panel that shows a quote where it stands: in its document.

import { documentText } from "./api.js";
import { slice } from "./codepoints.js";
import { element, langOf } from "./element.js";
import { date, inLanguage, say, saying, word } from "./language.js";

const sheet = document.getElementById("source");
const part = (name) => document.getElementById(`source-${name}`);
let opener = null;
let fetching = null;

/** `passage` is a citation or a hit; `answerLanguage` tells whether its quote is in another language. */
export async function showPassage(passage, answerLanguage, from) {
  fetching?.abort();
  const current = (fetching = new AbortController());
  opener = from;

  part("number").hidden = passage.number === null;
  part("number").textContent = passage.number ?? "";
  part("title").textContent = passage.title;
  part("title").lang = langOf(passage.language);
  saying(part("facts"), () => part("facts").replaceChildren(...facts(passage)));
  sayCrossLanguage(passage, answerLanguage);
  say(part("state"), "textOpening");
  part("text").lang = langOf(passage.language);
  part("text").setAttribute("aria-busy", "true");
  showExcerpt(passage);
  if (!sheet.open) sheet.showModal();
  part("title").focus();
  scrollToQuote();

  try {
    const text = await documentText(passage.documentId, passage.version, current.signal);
    if (current.signal.aborted) return;
    if (showWhole(text, passage)) silence(part("state"));
    else say(part("state"), "textUnavailable");
  } catch (failure) {
    if (current.signal.aborted) return;
    say(part("state"), [404, 410].includes(failure.status) ? "textGone" : "textUnavailable");
  }
  part("text").removeAttribute("aria-busy");
  scrollToQuote();
}

/** «на русском · 1 февраля 2024 года · Открыть оригинал» */
export function facts(passage, { link = true } = {}) {
  const parts = [element("span", { text: inLanguage(passage.language) })];
  if (passage.publishedAt) parts.push(element("span", { text: date(passage.publishedAt) }));
  if (passage.url && link) {
    const anchor = element("a", { text: word("openOriginal", { host: new URL(passage.url).host }), testid: "original" });
    anchor.href = passage.url;
    anchor.rel = "noopener noreferrer";
    anchor.target = "_blank";
    anchor.append(element("span", { className: "unseen", text: ` (${word("newTab")})` }));
    parts.push(anchor);
  }
  return parts;
}

/** Languages differ where both are one of the two: a mixed text has words of either. */
export function isCrossLanguage(passage, answerLanguage) {
  return langOf(passage.language) !== "" && langOf(answerLanguage) !== "" && passage.language !== answerLanguage;
}

function sayCrossLanguage(passage, answerLanguage) {
  const note = part("cross-language");
  note.hidden = !isCrossLanguage(passage, answerLanguage);
  saying(note, () => {
    note.textContent = word("crossLanguage", { answer: inLanguage(answerLanguage), quote: inLanguage(passage.language) });
  });
}

function silence(note) {
  saying(note, () => { note.textContent = ""; });
}

function showExcerpt({ start, quote, before, after }) {
  const lead = before && start > before.length ? "…" : "";
  part("text").replaceChildren(`${lead}${before}`, highlighted(quote), `${after}${after ? "…" : ""}`);
}

/** False where the text at these offsets is not the quote: then nothing but the quote itself is to be trusted. */
function showWhole(text, { start, end, quote }) {
  if (!Number.isInteger(start) || !Number.isInteger(end) || slice(text, start, end) !== quote) return false;
  part("text").replaceChildren(slice(text, 0, start), highlighted(quote), slice(text, end, Infinity));
  return true;
}

function highlighted(quote) {
  return element("mark", { text: quote, testid: "quote" });
}

function scrollToQuote() {
  const text = part("text");
  const mark = text.querySelector("mark");
  text.scrollTop = mark.offsetTop - Math.max(24, (text.clientHeight - mark.offsetHeight) / 3);
}

part("close").addEventListener("click", () => sheet.close());
sheet.addEventListener("click", (event) => {
  if (event.target === sheet) sheet.close(); // the backdrop: the sheet's own parts cover the rest of it
});
sheet.addEventListener("close", () => {
  fetching?.abort();
  opener?.focus(); // not every browser gives focus back to a button that was clicked
});
