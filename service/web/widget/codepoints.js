// The service counts Unicode code points, JavaScript UTF-16 units: 𝔸 is one of the first and two of the second.

/** The part of `text` from code point `start` up to, not including, code point `end`. */
export function slice(text, start, end) {
  const from = unitOffset(text, 0, start);
  return text.slice(from, unitOffset(text, from, end - start));
}

export function length(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The unit offset `count` code points after the unit offset `from`. A document can be long: no array is made of it. */
function unitOffset(text, from, count) {
  let unit = from;
  for (let passed = 0; passed < count && unit < text.length; passed += 1) {
    unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
  }
  return unit;
}
