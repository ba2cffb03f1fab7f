// An answer and its sources as text on the clipboard.

import { plainText } from "./answer.js";
import { button, make } from "./element.js";
import { icon } from "./icons.js";

const SHOWN_MS = 2500;

export function copyButton(words, answer) {
  const label = words.say(make("span"), "widget.copy");
  const made = button("quiet copy", async () => {
    const done = await copy(made, plainText(answer, words.word("widget.sources"), (moment) => words.date(moment)));
    made.firstChild.replaceWith(icon(done ? "done" : "copy"));
    words.say(label, done ? "widget.copied" : "widget.copy_failed");
    setTimeout(() => {
      made.firstChild.replaceWith(icon("copy"));
      words.say(label, "widget.copy");
    }, SHOWN_MS);
  }, icon("copy"), label);
  return made;
}

/** The clipboard is absent where the page came neither over https nor from this machine. */
async function copy(near, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = make("textarea", "unseen");
    box.value = text;
    near.after(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    near.focus();
    return done;
  }
}
