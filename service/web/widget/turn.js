// One question and what came of it, drawn into the conversation.

import { kindOf, pieces } from "./answer.js";
import { drawAnswer, drawPartial } from "./reply.js";
import { button, make } from "./element.js";
import { failureText } from "./failures.js";
import { icon } from "./icons.js";

const LONG_AFTER_S = 10;

export class Turn {
  #words;
  #timer = 0;

  /** `view` is what all turns of a conversation share: words, card, api, onRetry(turn), onKept(). */
  constructor(question, view) {
    this.question = question;
    this.view = view;
    this.#words = view.words;
    this.answer = null;
    this.rating = 0;
    this.reply = make("div", "reply");
    this.element = make("article", "turn", make("h3", "asked", question), this.reply);
  }

  thinking() {
    this.answer = null;
    this.rating = 0;
    const words = this.#words;
    const said = words.say(make("span"), "widget.thinking");
    // Counting seconds aloud helps nobody, so the clock is for the eye alone.
    const clock = make("span", "clock");
    clock.setAttribute("aria-hidden", "true");
    this.partial = make("div", "answer partial");
    this.#draw("thinking", this.partial, make("p", "thinking", said, clock));
    const started = performance.now();
    this.#timer = setInterval(() => {
      const count = Math.floor((performance.now() - started) / 1000);
      if (count >= 2) words.say(clock, "widget.seconds", { count });
      if (count >= LONG_AFTER_S) words.say(said, "widget.thinking_long");
    }, 1000);
  }

  /** What streams in may yet be voided, so its markers cannot be pressed until the answer stands. */
  get heard() {
    let text = "";
    const numbers = new Set();
    const show = () => drawPartial(this.partial, text, numbers);
    return {
      cited: (citation) => { if (citation) numbers.add(citation.number); },
      delta: (more) => {
        text += more;
        this.element.dataset.state = "answering";
        show();
      },
      restart: () => {
        text = "";
        numbers.clear();
        this.element.dataset.state = "thinking";
        show();
      },
    };
  }

  answered(answer, rating = 0) {
    this.answer = answer;
    this.rating = rating;
    this.#draw(kindOf(answer), ...drawAnswer(this));
  }

  failed(failure) {
    const words = this.#words;
    const retry = button("secondary retry", () => this.view.onRetry(this), icon("retry"), words.say(make("span"), "widget.retry"));
    const actions = make("p", "actions", retry);
    this.#draw(failure.kind === "stopped" ? "stopped" : "failed", failureText(words, failure), actions);
    if (failure.retryAfter) this.#countDown(retry, actions, failure.retryAfter);
  }

  /** Stops whatever still ticks in this turn. */
  leave() {
    clearInterval(this.#timer);
  }

  /** The words of the answer alone: what a follow-up question may refer to. */
  get spoken() {
    return pieces(this.answer).filter((piece) => typeof piece === "string").join("");
  }

  #draw(state, ...parts) {
    this.leave();
    this.element.dataset.state = state;
    this.reply.replaceChildren(...parts);
  }

  #countDown(retry, actions, wait) {
    const until = performance.now() + wait * 1000;
    const note = make("span", "aside retry-in");
    note.setAttribute("aria-live", "off");
    retry.disabled = true;
    actions.append(note);
    const tick = () => {
      const count = Math.ceil((until - performance.now()) / 1000);
      if (count > 0) {
        this.#words.say(note, "widget.retry_in", { count });
        return;
      }
      clearInterval(this.#timer);
      note.remove();
      retry.disabled = false;
    };
    this.#timer = setInterval(tick, 1000);
    tick();
  }
}
