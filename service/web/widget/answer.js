// What the service answered: checked, cut into text and citation markers, and put into plain text.

import { slice, length } from "./codepoints.js";

/** The fields that are drawn, of the types that are expected, or null for something that is no answer. */
export function readAnswer(body) {
  if (typeof body?.answer !== "string" || typeof body.answered !== "boolean") return null;
  return {
    body,
    id: text(body.id),
    question: text(body.question) ?? "",
    language: text(body.language) ?? "other",
    answered: body.answered,
    answer: body.answer,
    spans: list(body.answer_spans).filter((span) => Number.isInteger(span?.start) && Number.isInteger(span.end)),
    reason: text(body.reason),
    citations: list(body.citations).map(readCitation).filter(Boolean),
    related: list(body.related).map(readPassage).filter(Boolean),
    degraded: body.generator?.degraded === true,
  };
}

/** A numbered passage, or null for something else. */
export function readCitation(body) {
  const passage = readPassage(body);
  return Number.isInteger(passage?.number) ? passage : null;
}

/** A citation or a hit: both are a quote at a place in a version of a document. */
function readPassage(body) {
  if (typeof body?.document_id !== "string" || typeof body.quote !== "string") return null;
  return {
    number: Number.isInteger(body.number) ? body.number : null,
    documentId: body.document_id,
    version: body.document_version,
    title: text(body.title) || body.document_id,
    url: webAddress(body.url),
    language: text(body.language) ?? "other",
    publishedAt: text(body.published_at),
    start: body.start,
    end: body.end,
    quote: body.quote,
    before: text(body.before) ?? "",
    after: text(body.after) ?? "",
    page: Number.isInteger(body.page) ? body.page : null,
    section: text(body.section),
    translations: list(body.translations).map(readRelative).filter(Boolean),
  };
}

/** A document that says the same in the other language. */
function readRelative(body) {
  if (typeof body?.document_id !== "string") return null;
  return {
    documentId: body.document_id,
    title: text(body.title) || body.document_id,
    url: webAddress(body.url),
    language: text(body.language) ?? "other",
  };
}

/**
 * The answer as a list of strings and citation numbers. A marker counts only where it ends a span that
 * cites that number: a «[1]» that stands in a quoted text stays text.
 */
export function pieces({ answer, spans, citations }) {
  const known = new Set(citations.map(({ number }) => number));
  const ordered = [...spans].sort((a, b) => a.start - b.start);
  const parts = [];
  let done = 0;
  ordered.forEach((span, i) => {
    if (span.start < done || span.end < span.start) return;
    const next = Math.max(span.end, ordered[i + 1]?.start ?? Infinity);
    const cited = new Set(list(span.citations).filter((number) => known.has(number)));
    const body = slice(answer, done, span.end);
    const after = markersAtStart(slice(answer, span.end, Math.min(next, span.end + 8 * cited.size)), cited);
    if (after) {
      parts.push(body, ...after.numbers);
      done = span.end + after.length;
    } else {
      const within = markersAtEnd(body, cited);
      parts.push(...(within ? [within.text, ...within.numbers, within.closing] : [body]));
      done = span.end;
    }
  });
  parts.push(slice(answer, done, Infinity));
  return parts.filter((part) => part !== "");
}

/** What an answer is: answered, refused or small-talk. */
export function kindOf({ answered, reason }) {
  return answered ? "answered" : reason === "small_talk" ? "small-talk" : "refused";
}

/** Languages differ where both are one of the two: a mixed text has words of either. */
export function isCrossLanguage(passage, answer) {
  const two = ["ba", "ru"];
  return two.includes(passage.language) && two.includes(answer.language) && passage.language !== answer.language;
}

/** The answer and its sources as text, for pasting elsewhere. */
export function plainText(answer, sourcesWord, sayDate) {
  const body = pieces(answer).map((piece) => (typeof piece === "number" ? ` [${piece}]` : piece)).join("");
  if (answer.citations.length === 0) return body;
  const sources = answer.citations.map((citation) => {
    const facts = [citation.title, citation.publishedAt && sayDate(citation.publishedAt), citation.url].filter(Boolean);
    return `[${citation.number}] «${citation.quote}» — ${facts.join(", ")}`;
  });
  return `${body}\n\n${sourcesWord}:\n${sources.join("\n")}`;
}

/** The words of the answer alone: what a follow-up question may refer to. */
export function wordsOf(answer) {
  return pieces(answer).filter((piece) => typeof piece === "string").join("");
}

function markersAtStart(text, cited) {
  const run = /^(?:\s*\[\d+\])+/.exec(text)?.[0];
  if (!run) return null;
  const numbers = [];
  let taken = 0;
  for (const match of run.matchAll(/\s*\[(\d+)\]/g)) {
    const number = Number(match[1]);
    if (!cited.has(number) || numbers.includes(number)) break;
    numbers.push(number);
    taken = match.index + match[0].length;
  }
  return numbers.length ? { numbers, length: length(run.slice(0, taken)) } : null;
}

function markersAtEnd(text, cited) {
  const match = /((?:\s*\[\d+\])+)([.!?…]*\s*)$/.exec(text);
  if (!match) return null;
  const numbers = [];
  let from = match.index + match[1].length;
  for (const marker of [...match[1].matchAll(/\s*\[(\d+)\]/g)].reverse()) {
    const number = Number(marker[1]);
    if (!cited.has(number) || numbers.includes(number)) break;
    numbers.unshift(number);
    from = match.index + marker.index;
  }
  return numbers.length ? { text: text.slice(0, from), numbers, closing: match[2] } : null;
}

/** An address that may become a link: http and https only, whatever the document says. */
function webAddress(value) {
  try {
    const url = new URL(value);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

function text(value) {
  return typeof value === "string" ? value : null;
}

function list(value) {
  return Array.isArray(value) ? value : [];
}
