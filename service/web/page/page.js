// The chat page: the documents beside the widget, and each of them in full.

import { Api } from "../widget/api.js";
import { DocumentView } from "./document.js";
import { DocumentList } from "./documents.js";
import { speakPage } from "./words.js";

const words = speakPage();
const api = new Api(new URL("./", document.baseURI).href, null, () => words.language);
const view = new DocumentView(words, api);
const list = new DocumentList(words, api, (record, from) => view.open(record, from));
const chat = document.querySelector("yauap-chat");
const side = document.getElementById("documents");
const show = document.getElementById("show-documents");

chat.addEventListener("yauap-language", ({ detail }) => words.choose(detail));
chat.addEventListener("yauap-document", ({ detail }) => view.open(detail, chat));
chat.addEventListener("yauap-key", () => list.load());
show.addEventListener("click", () => {
  const open = side.classList.toggle("open");
  show.setAttribute("aria-expanded", String(open));
});
list.load();
