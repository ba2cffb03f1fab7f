// A whole document, with a quote highlighted where there is one.

import { slice } from "../widget/codepoints.js";
import { facts } from "../widget/card.js";
import { langOf, make } from "../widget/element.js";

export class DocumentView {
  #words;
  #reading = null;
  #opener = null;
  #sheet = document.getElementById("document");
  #title = document.getElementById("document-title");
  #facts = document.getElementById("document-facts");
  #state = document.getElementById("document-state");
  #text = document.getElementById("document-text");

  constructor(words, api) {
    this.#words = words;
    this.api = api;
    document.getElementById("document-close").addEventListener("click", () => this.#sheet.close());
    this.#sheet.addEventListener("click", (event) => {
      if (event.target === this.#sheet) this.#sheet.close(); // the backdrop: its own parts cover the rest
    });
    this.#sheet.addEventListener("close", () => {
      this.#reading?.abort();
      this.#opener?.focus();
    });
  }

  /** `passage` names a version of a document, and perhaps a quote in it. */
  async open(passage, from) {
    this.#reading?.abort();
    const current = (this.#reading = new AbortController());
    this.#opener = from;
    const words = this.#words;
    this.#title.textContent = passage.title;
    this.#title.lang = this.#text.lang = langOf(passage.language);
    words.always(this.#facts, "text", () => this.#facts.replaceChildren(...facts(words, passage)));
    words.say(this.#state, "page.opening");
    this.#text.replaceChildren();
    this.#text.setAttribute("aria-busy", "true");
    this.#sheet.showModal();
    this.#title.focus();
    try {
      const text = await this.#read(passage, current.signal);
      if (current.signal.aborted) return;
      words.silence(this.#state);
      this.#show(text, passage);
    } catch (failure) {
      if (current.signal.aborted) return;
      words.say(this.#state, [404, 410].includes(failure.status) ? "page.text_gone" : "page.text_unavailable");
    }
    this.#text.removeAttribute("aria-busy");
  }

  #read({ documentId, version }, signal) {
    const query = version === undefined ? "" : `?version=${encodeURIComponent(version)}`; // the live one
    const path = `v1/documents/${encodeURIComponent(documentId)}/text${query}`;
    // response.text() would drop a leading U+FEFF and so shift every offset by one.
    return this.api.request(path, { accept: "text/plain", signal },
      async (response) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer()));
  }

  /** Where the text at these offsets is not the quote, nothing is highlighted. */
  #show(text, { start, end, quote }) {
    if (quote === undefined || slice(text, start, end) !== quote) {
      this.#text.replaceChildren(text);
      this.#text.scrollTop = 0;
      return;
    }
    const marked = make("mark", "quote", quote);
    this.#text.replaceChildren(slice(text, 0, start), marked, slice(text, end, Infinity));
    this.#text.scrollTop = marked.offsetTop - Math.max(24, (this.#text.clientHeight - marked.offsetHeight) / 3);
  }
}
