// The page that says how it works: nothing moves there but its language.

import { chooseLanguage, speakPage } from "./words.js";

const words = speakPage();
const buttons = [...document.querySelectorAll("[data-language]")];

function press() {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.language === words.language));
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    chooseLanguage(words, button.dataset.language);
    press();
  });
}
press();
