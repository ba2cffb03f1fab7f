// What the script does once it is loaded.

import { defineChat } from "./chat.js";

// Read so, because an <img name="currentScript"> on a page whose readers may write would stand in for it.
const own = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript").get.call(document);
const key = own?.dataset.key || null;

defineChat({ server: new URL(".", own?.src || location.href).href, key });

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
