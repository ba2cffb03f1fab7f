// One way to make an element. Text goes in as text, so nothing a document says can become markup.

export function element(tag, { text, className, testid, lang, type } = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  if (testid) made.dataset.testid = testid;
  if (lang !== undefined) made.lang = lang;
  if (type) made.type = type;
  made.append(...children);
  return made;
}

/** The language tag of a text in one of the service's languages; none where it is not one language. */
export function langOf(code) {
  return code === "ba" || code === "ru" ? code : "";
}
