// The custom element <yauap-chat>: a shadow root, its attributes, and its place on the page.

import { Api } from "./api.js";
import { accentProperties } from "./colour.js";
import { button, make } from "./element.js";
import { mark } from "./icons.js";
import { Words, spoken } from "./language.js";
import { Panel } from "./panel.js";
import { kept, keep } from "./storage.js";
import { STYLE } from "./style.js";

const CHOSEN = "language";
const taken = new Map(); // names of conversations → the elements that have them
const pageLanguage = new MutationObserver(() => {
  const chosen = kept(CHOSEN);
  // The page has changed its language, and its elements follow, unless it is the page that follows.
  if (spoken(document.documentElement.lang) !== chosen) keep(CHOSEN, null);
  for (const chat of taken.values()) chat.speak();
});

/** `defaults`: server and key for elements that name none. */
export function defineChat(defaults) {
  class YauapChat extends HTMLElement {
    static observedAttributes = ["accent", "greeting", "heading", "lang", "placeholder", "suggestions", "theme"];

    #root = null;
    #words = null;
    #panel = null;
    #name = "";
    #own = new CSSStyleSheet();

    connectedCallback() {
      if (!this.#root) this.#build();
      taken.set(this.#name, this);
      this.speak();
      window.addEventListener("online", this.#sayNetwork);
      window.addEventListener("offline", this.#sayNetwork);
      this.#sayNetwork();
    }

    disconnectedCallback() {
      taken.delete(this.#name);
      window.removeEventListener("online", this.#sayNetwork);
      window.removeEventListener("offline", this.#sayNetwork);
    }

    attributeChangedCallback(name) {
      if (!this.#root) return;
      if (name === "lang") keep(CHOSEN, null); // what the page says now is newer than what the reader chose
      this.#dress();
      this.speak();
    }

    /** Takes the language that the reader chose, else that of the element, the page, the browser. */
    speak() {
      const page = this.closest("[lang]")?.lang || document.documentElement.lang;
      this.#words.choose(spoken(kept(CHOSEN)) ?? spoken(page) ?? spoken(navigator.language) ?? "ru");
    }

    #sayNetwork = () => this.#panel.sayNetwork();

    #build() {
      const server = new URL(this.getAttribute("server") ?? defaults.server, location.href);
      if (!server.pathname.endsWith("/")) server.pathname += "/";
      const layout = this.getAttribute("layout") ?? "inline";
      this.#name = freeName(`conversation ${server.href} ${this.id}`);
      this.#root = make("div", "root");
      this.#root.dataset.layout = layout;
      this.#words = new Words(this.#root, "ru");
      const api = new Api(server.href, this.getAttribute("key") ?? defaults.key, () => this.#words.language);
      this.#panel = new Panel(this.#words, api, this.#name, {
        onLanguage: (language) => this.#choose(language),
        onClose: () => this.#show(false),
        onKey: () => this.#tell("yauap-key", null),
        onDocument: this.hasAttribute("documents") ? (passage) => this.#tell("yauap-document", passage) : null,
      });
      this.#root.append(this.#panel.element);
      if (layout === "bubble") this.#addLauncher();
      else this.#panel.offer();
      for (const kind of ["keydown", "keyup", "keypress"]) {
        this.#root.addEventListener(kind, (event) => this.#keyed(event));
      }
      const shadow = this.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [sharedStyle(), this.#own];
      shadow.append(this.#root);
      this.#dress();
    }

    #dress() {
      const text = (name) => this.getAttribute(name)?.trim() ?? "";
      this.#panel.heading = text("heading");
      this.#panel.greeting.text = text("greeting");
      this.#panel.greeting.own = text("suggestions").split("|").map((one) => one.trim()).filter(Boolean);
      this.#panel.composer.placeholder = text("placeholder");
      this.#root.dataset.theme = text("theme");
      this.#own.replaceSync(".root {}");
      for (const [name, value] of accentProperties(text("accent")) ?? []) {
        this.#own.cssRules[0].style.setProperty(name, value);
      }
    }

    #choose(language) {
      keep(CHOSEN, language);
      this.#panel.conversation.element.setAttribute("aria-live", "off"); // the same in other words is not news
      for (const chat of taken.values()) chat.speak();
      setTimeout(() => this.#panel.conversation.element.setAttribute("aria-live", "polite"), 500);
      this.#tell("yauap-language", language);
    }

    #addLauncher() {
      this.launcher = this.#words.label(button("launcher", () => this.#show(this.#panel.element.hidden), mark()), "widget.open", {}, true);
      this.launcher.setAttribute("aria-expanded", "false");
      this.#panel.element.hidden = true;
      this.#root.append(this.launcher);
    }

    #show(open) {
      const first = open && !this.#root.dataset.opened;
      this.#panel.element.hidden = !open;
      this.#root.dataset.opened = String(open);
      this.launcher.setAttribute("aria-expanded", String(open));
      if (first) this.#panel.offer();
      if (open) this.#panel.composer.focus();
      else this.launcher.focus();
    }

    /** What is typed here is no shortcut of the page. */
    #keyed(event) {
      event.stopPropagation();
      const within = event.target.closest("dialog") === null;
      if (this.launcher && event.type === "keydown" && event.key === "Escape" && within) this.#show(false);
    }

    #tell(name, detail) {
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
    }
  }

  if (customElements.get("yauap-chat")) return; // the script stands on the page twice
  pageLanguage.observe(document.documentElement, { attributeFilter: ["lang"] });
  customElements.define("yauap-chat", YauapChat);
}

let shared = null;

function sharedStyle() {
  if (shared === null) {
    shared = new CSSStyleSheet();
    shared.replaceSync(STYLE);
  }
  return shared;
}

/** Elements without ids are told apart by their order, which is the same when the page comes again. */
function freeName(name) {
  for (let number = 1; ; number += 1) {
    if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
  }
}
