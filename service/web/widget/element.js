// One way to make an element. Text goes in as text, so nothing a document says can become markup.

/** Children are nodes or strings; null is none. */
export function make(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function button(className, onClick, ...children) {
  const made = make("button", className, ...children);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

/** Text in a language of its own. */
export function said(tag, className, text, language) {
  const made = make(tag, className, text);
  made.lang = langOf(language);
  return made;
}

/** The language tag of a text in one of the service's languages; none where it is not one language. */
export function langOf(code) {
  return code === "ba" || code === "ru" ? code : "";
}
