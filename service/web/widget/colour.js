// A colour that a page wishes for, made so that it can be read: at least 4.5 : 1, as WCAG AA asks.

const ENOUGH = 4.5;
const LIGHT = { paper: [250, 249, 245], ink: [31, 38, 33], faint: 0.1 };
const DARK = { paper: [21, 26, 23], ink: [230, 230, 221], faint: 0.16 };

/** The colours of the accent in both themes as custom properties, or null where it is no colour. */
export function accentProperties(wish) {
  const wished = parse(wish);
  if (!wished) return null;
  const [light, dark] = [LIGHT, DARK].map((theme) => shades(wished, theme));
  return new Map(Object.keys(light).map((name) => [name, `light-dark(${light[name]}, ${dark[name]})`]));
}

function shades(wished, { paper, ink, faint }) {
  let accent = wished;
  // Text in the accent also stands on its faint ground, which is nearer to it than the paper.
  for (let part = 0; part <= 1 && contrast(accent, mix(paper, accent, faint)) < ENOUGH; part += 0.05) {
    accent = mix(wished, ink, part);
  }
  const white = [255, 255, 255];
  const on = contrast(accent, white) >= ENOUGH ? white : [16, 20, 18];
  return { "--accent": rgb(accent), "--accent-faint": rgb(mix(paper, accent, faint)), "--on-accent": rgb(on) };
}

/** A canvas knows every way to write a colour; what it takes as opaque comes back as #rrggbb. */
function parse(wish) {
  if (!wish || !CSS.supports("color", wish)) return null;
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = wish;
  const hex = /^#([0-9a-f]{6})$/.exec(context.fillStyle)?.[1];
  return hex ? [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) : null;
}

function mix(from, to, part) {
  return from.map((value, i) => Math.round(value + (to[i] - value) * part));
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [r, g, b] = colour.map((value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function rgb(colour) {
  return `rgb(${colour.join(" ")})`;
}
