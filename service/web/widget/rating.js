// Whether an answer was right, said by its reader.

import { button, make } from "./element.js";
import { failureText } from "./failures.js";
import { icon } from "./icons.js";

const LONGEST_COMMENT = 5000;

/** Two buttons; what is wrong can be told in words. */
export function rating(turn) {
  const { words, api, onKept } = turn.view;
  const group = words.label(make("div", "rating"), "widget.rating");
  group.setAttribute("role", "group");
  const note = make("span", "aside rated");
  note.setAttribute("role", "status");
  const buttons = new Map([1, -1].map((value) => [value, rateButton(value)]));
  const press = () => buttons.forEach((made, value) => made.setAttribute("aria-pressed", String(turn.rating === value)));
  group.append(...buttons.values(), note);
  press();
  return group;

  function rateButton(value) {
    const key = value > 0 ? "widget.rate_right" : "widget.rate_wrong";
    return words.label(button("round rate", () => rate(value), icon(value > 0 ? "right" : "wrong")), key, {}, true);
  }

  async function rate(value, comment = "") {
    group.parentElement.querySelector(".comment")?.remove();
    try {
      await api.rate(turn.answer.id, value, comment);
    } catch (failure) {
      note.replaceChildren(failureText(words, failure));
      return;
    }
    turn.rating = value;
    press();
    onKept();
    words.say(note, "widget.thanks");
    if (value < 0 && !comment) askWhy();
  }

  function askWhy() {
    const box = words.label(make("textarea", "box"), "widget.what_is_wrong");
    box.maxLength = LONGEST_COMMENT;
    words.always(box, "placeholder", () => { box.placeholder = words.word("widget.what_is_wrong"); });
    const send = words.say(button("secondary", () => { if (box.value.trim()) rate(-1, box.value.trim()); }), "widget.send");
    const comment = make("div", "comment", box, send);
    group.after(comment);
    comment.scrollIntoView({ block: "nearest" });
    box.focus();
  }
}
