// The turns of a conversation: asked one at a time, kept for the tab, sent along with follow-ups.

import { Failure } from "./api.js";
import { readAnswer } from "./answer.js";
import { make } from "./element.js";
import { keep, kept } from "./storage.js";
import { Turn } from "./turn.js";

const MOST_HISTORY = 20;
const MOST_CHARACTERS = 20_000;
const MOST_KEPT = 20;

export class Conversation {
  #turns = [];
  #running = null; // what stops the question under way
  #view;

  /** `onState({busy, empty})` hears of changes, `onFailure(failure, turn)` of questions that failed. */
  constructor(name, { words, api, card, onState, onFailure }) {
    this.name = name;
    this.api = api;
    this.onState = onState;
    this.onFailure = onFailure;
    this.#view = { words, api, card, onRetry: (turn) => this.#answer(turn), onKept: () => this.#keep() };
    this.element = words.label(make("div", "log"), "widget.conversation");
    this.element.setAttribute("role", "log");
    this.element.setAttribute("aria-live", "polite");
    this.element.setAttribute("aria-relevant", "additions");
  }

  get isEmpty() {
    return this.#turns.length === 0;
  }

  ask(question) {
    if (this.#running) return;
    this.#answer(this.#add(question));
  }

  again(turn) {
    this.#answer(turn);
  }

  stop() {
    this.#running?.abort();
  }

  clear() {
    this.stop();
    this.#running = null;
    for (const turn of this.#turns) turn.leave();
    this.#turns = [];
    this.element.replaceChildren();
    this.#keep();
    this.#tell();
  }

  /** Draws what this tab has kept; what is damaged there is left out. */
  restore() {
    const turns = kept(this.name);
    for (const { question, body, rating } of Array.isArray(turns) ? turns.filter(Boolean) : []) {
      const answer = readAnswer(body);
      if (answer && typeof question === "string") this.#add(question).answered(answer, rating);
    }
    this.#tell();
  }

  #add(question) {
    const turn = new Turn(question, this.#view);
    this.#turns.push(turn);
    this.element.append(turn.element);
    return turn;
  }

  async #answer(turn) {
    if (this.#running) return;
    const current = (this.#running = new AbortController());
    this.#tell();
    turn.thinking();
    reveal(turn);
    try {
      const answer = await this.api.ask(turn.question, this.#history(turn), current.signal, turn.heard);
      if (this.#running !== current) return; // the conversation was begun anew
      turn.answered(answer);
      this.#keep();
    } catch (error) {
      if (this.#running !== current) return;
      if (!(error instanceof Failure)) console.error(error);
      const failure = error instanceof Failure ? error : new Failure("unreadable");
      turn.failed(failure);
      this.onFailure(failure, turn);
    } finally {
      if (this.#running === current) {
        this.#running = null;
        reveal(turn);
        this.#tell();
      }
    }
  }

  /** The answered turns before this one, oldest first: what a follow-up is understood from. */
  #history(turn) {
    const earlier = this.#turns.slice(0, this.#turns.indexOf(turn)).filter(({ answer }) => answer);
    return earlier.flatMap(({ question, spoken }) => [
      { role: "user", content: question },
      { role: "assistant", content: spoken.slice(0, MOST_CHARACTERS) },
    ]).slice(-MOST_HISTORY);
  }

  /** What was considered is not kept: it is long, and nothing draws it. */
  #keep() {
    let turns = this.#turns.filter(({ answer }) => answer).slice(-MOST_KEPT).map(({ question, answer, rating }) => (
      { question, rating, body: { ...answer.body, sources: [] } }));
    while (!keep(this.name, turns) && turns.length) turns = turns.slice(1);
  }

  #tell() {
    const busy = this.#running !== null;
    this.element.setAttribute("aria-busy", String(busy)); // read out once, when all of the answer is there
    this.onState({ busy, empty: this.isEmpty });
  }
}

/** The question at the top where the answer is long, else all of it; only the conversation scrolls. */
function reveal({ element }) {
  const scroller = element.closest(".scroll");
  const room = scroller.clientHeight;
  const top = element.offsetTop - scroller.offsetTop;
  const target = element.offsetHeight > room ? top : top + element.offsetHeight - room;
  scroller.scrollTop = Math.max(0, target + (element.offsetHeight > room ? -8 : 16));
}
