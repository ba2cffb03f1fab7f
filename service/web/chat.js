// The page: questions go out one at a time, turns come in, and the words follow the chosen language.

import { Failure, ask, info } from "./api.js";
import { spoken } from "./answer.js";
import { focusBox, setBusy, startComposer } from "./composer.js";
import { element } from "./element.js";
import { choose, interfaceLanguage, say, saying, speak } from "./language.js";
import { Turn } from "./turn.js";

const MOST_HISTORY = 20;
const log = document.getElementById("log");
const start = document.getElementById("start");
const newConversation = document.getElementById("new-conversation");
const network = document.getElementById("network");
let turns = [];
let running = null; // what stops the question under way

async function answer(turn) {
  if (running) return;
  const current = (running = new AbortController());
  setBusy(true);
  log.setAttribute("aria-busy", "true"); // read out once, when all of the answer is there
  turn.thinking();
  reveal(turn);
  try {
    turn.answered(await ask(turn.question, history(turn), current.signal));
  } catch (error) {
    if (!(error instanceof Failure)) console.error(error);
    turn.failed(error instanceof Failure ? error : new Failure("unreadable"));
  } finally {
    if (running === current) finish();
  }
  reveal(turn);
}

function finish() {
  running = null;
  setBusy(false);
  log.removeAttribute("aria-busy");
}

function askNew(question) {
  const turn = new Turn(question, answer);
  turns.push(turn);
  start.hidden = true;
  newConversation.hidden = false;
  log.append(turn.element);
  answer(turn);
}

/** The answered turns before this one, oldest first: what a follow-up is understood from. */
function history(turn) {
  return turns.slice(0, turns.indexOf(turn)).filter((earlier) => earlier.answer).flatMap((earlier) => [
    { role: "user", content: earlier.question },
    { role: "assistant", content: spoken(earlier.answer) },
  ]).slice(-MOST_HISTORY);
}

function reveal(turn) {
  const tall = turn.element.offsetHeight > window.innerHeight / 2;
  turn.element.scrollIntoView({ block: tall ? "start" : "nearest" });
}

function beginAnew() {
  running?.abort();
  if (running) finish();
  for (const turn of turns) turn.leave();
  turns = [];
  log.replaceChildren();
  start.hidden = false;
  newConversation.hidden = true;
  window.scrollTo(0, 0);
  focusBox();
  offerExamples();
}

/** Examples make sense only where there is something to ask about. */
async function offerExamples() {
  let documents;
  try {
    documents = (await info()).counts.documents;
  } catch {
    return; // a question will say what is wrong, and better
  }
  document.getElementById("examples").hidden = !(documents > 0);
  document.getElementById("no-documents").hidden = documents !== 0;
}

function fillExamples() {
  const items = [...document.querySelectorAll("#examples [data-question]")];
  for (const item of items) {
    const button = element("button", { type: "button", testid: "example", text: item.dataset.question });
    button.addEventListener("click", () => askNew(item.dataset.question));
    item.append(button);
  }
  // Those in the language of the interface first.
  saying(start, () => {
    const inOwn = items.filter((item) => item.lang === interfaceLanguage());
    items[0].parentElement.append(...inOwn, ...items.filter((item) => !inOwn.includes(item)));
  });
}

function watchNetwork() {
  const tell = () => {
    if (navigator.onLine) saying(network, () => { network.textContent = ""; });
    else say(network, "offline");
  };
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}

function offerLanguages() {
  const buttons = [...document.querySelectorAll("[data-language]")];
  const press = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.language === interfaceLanguage()));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      log.setAttribute("aria-live", "off"); // a conversation said in other words is not news
      choose(button.dataset.language);
      press();
      setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
    });
  }
  press();
}

speak();
offerLanguages();
fillExamples();
watchNetwork();
startComposer({ onAsk: askNew, onStop: () => running?.abort() });
newConversation.addEventListener("click", beginAnew);
offerExamples();
if (window.matchMedia("(pointer: fine)").matches) focusBox(); // on a phone that would raise the keyboard
