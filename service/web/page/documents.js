// The documents that answers come from, a page of the list at a time.

import { facts } from "../widget/card.js";
import { button, make, said } from "../widget/element.js";

const AT_A_TIME = 50;

export class DocumentList {
  #words;
  #cursor = null;
  #list = document.getElementById("list");
  #heading = document.getElementById("documents-heading");
  #state = document.getElementById("list-state");
  #more = document.getElementById("more");
  #empty = document.getElementById("empty");

  /** `onOpen(passage, from)` shows a document. */
  constructor(words, api, onOpen) {
    this.#words = words;
    this.api = api;
    this.onOpen = onOpen;
    this.#more.addEventListener("click", () => this.#next());
  }

  /** Reads the list from its beginning. */
  async load() {
    this.#cursor = null;
    this.#list.replaceChildren();
    this.#words.silence(this.#state);
    if (!(await this.#next())) return;
    const info = await this.api.request("v1/info", {}, (response) => response.json()).catch(() => null);
    const count = info?.counts?.documents;
    if (Number.isInteger(count)) this.#words.say(this.#heading, "page.count", { count });
    this.#empty.hidden = count !== 0;
  }

  async #next() {
    const query = new URLSearchParams({ limit: AT_A_TIME, ...(this.#cursor ? { cursor: this.#cursor } : {}) });
    try {
      const page = await this.api.request(`v1/documents?${query}`, {}, (response) => response.json());
      this.#cursor = page.next_cursor;
      this.#list.append(...page.items.map((item) => this.#row(item)));
    } catch (failure) {
      this.#words.say(this.#state, [401, 403].includes(failure.status) ? "page.closed" : "page.unavailable");
      return false;
    }
    this.#more.hidden = this.#cursor === null;
    return true;
  }

  #row(item) {
    const passage = {
      documentId: item.id, version: item.version, title: item.title || item.id,
      language: item.language, publishedAt: item.published_at,
    };
    const line = make("span", "facts");
    this.#words.always(line, "text", () => line.replaceChildren(
      ...facts(this.#words, passage), make("span", null, this.#words.word("page.characters", { count: item.characters }))));
    const row = button("row", () => this.onOpen(passage, row), said("span", "title", passage.title, item.language), line);
    return make("li", null, row);
  }
}
