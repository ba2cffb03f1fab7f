// Drawings of one line, and the mark.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  stop: "M8 8h8v8H8z",
  close: "M6 6l12 12M18 6 6 18",
  begin: "M12 5v14M5 12h14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  done: "M5 12.5 10 17.5 20 7",
  retry: "M4 12a8 8 0 1 0 2.6-5.9M4 4.5V9h4.5",
  right: "M7 22V11l4-9a3 3 0 0 1 3 3v4h5.7a2 2 0 0 1 2 2.3l-1.4 9a2 2 0 0 1-2 1.7zM7 11H3v11h4",
  wrong: "M17 2v11l-4 9a3 3 0 0 1-3-3v-4H4.3a2 2 0 0 1-2-2.3l1.4-9a2 2 0 0 1 2-1.7zM17 13h4V2h-4",
};

export function icon(name) {
  return drawing("icon", "0 0 24 24", { d: PATHS[name] });
}

/** The mark as it stands in mark.svg, in the colours of the theme. */
export function mark() {
  const made = drawing(
    "mark", "0 0 32 32",
    { d: "M7 0h18a7 7 0 0 1 7 7v18a7 7 0 0 1-7 7H7a7 7 0 0 1-7-7V7a7 7 0 0 1 7-7z", class: "mark-ground" },
    { d: "M11.5 9.5 6.5 16l5 6.5M20.5 9.5l5 6.5-5 6.5", class: "mark-line" },
    { d: "M13 16a3 3 0 1 0 6 0 3 3 0 1 0-6 0z", class: "mark-point" },
  );
  return made;
}

function drawing(className, viewBox, ...paths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  for (const attributes of paths) {
    const path = document.createElementNS(SVG, "path");
    for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value);
    svg.append(path);
  }
  return svg;
}
