// Server-sent events out of the body of a response (EventSource can send neither a body nor a key).

/**
 * Yields `{event, data}` with `data` parsed from JSON. `heard()` is called for whatever arrives,
 * heartbeats too. Throws SyntaxError where data is no JSON.
 */
export async function* events(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      buffer += value;
      const blocks = buffer.split(/\r\n\r\n|\n\n/);
      buffer = blocks.pop();
      for (const block of blocks) {
        const parsed = parse(block);
        if (parsed) yield parsed;
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // whoever stops listening lets the service stop working
  }
}

function parse(block) {
  let event = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}
