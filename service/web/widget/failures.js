// What is said where no answer came.

import { make } from "./element.js";

const BY_KIND = {
  stopped: "widget.stopped",
  timeout: "widget.timeout",
  offline: "widget.offline",
  gone: "widget.gone",
  cut: "widget.cut",
  unreadable: "widget.unreadable",
};
const BY_STATUS = { 429: "widget.too_many", 503: "widget.not_ready", 504: "widget.timeout" };

/** What the service itself says is more exact than what can be guessed from a number. */
export function failureText(words, { kind, status, detail }) {
  if (detail) return make("p", "failure", detail);
  const text = make("p", "failure");
  return words.say(text, BY_KIND[kind] ?? BY_STATUS[status] ?? "widget.problem", { status });
}
