// What the script does once it is loaded.

import { defineChat } from "./chat.js";

const script = document.currentScript;
// An <img name="currentScript"> in a page that lets its readers write would stand in for the script.
const own = script instanceof HTMLScriptElement ? script : null;
const key = own?.dataset.key || null;

defineChat({ server: own?.src ? new URL(".", own.src).href : document.baseURI, key });

/** A script with a key on a page without an element brings one: a button in the corner. */
function addBubble() {
  if (document.querySelector("yauap-chat")) return;
  const chat = document.createElement("yauap-chat");
  chat.setAttribute("layout", "bubble");
  for (const name of ["accent", "greeting", "heading", "lang", "placeholder", "suggestions", "theme"]) {
    if (own.dataset[name]) chat.setAttribute(name, own.dataset[name]);
  }
  document.body.append(chat);
}

if (key && document.readyState === "loading") document.addEventListener("DOMContentLoaded", addBubble);
else if (key) addBubble();
