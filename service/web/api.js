// The service's HTTP interface, as far as the page needs it. Whatever goes wrong arrives as a Failure.

import { readAnswer } from "./answer.js";
import { interfaceLanguage } from "./language.js";

const ANSWER_WITHIN_MS = 120_000;
const DOCUMENT_WITHIN_MS = 20_000;

/** `kind`: stopped, timeout, offline, gone (no connection), problem (the service refused), unreadable. */
export class Failure extends Error {
  constructor(kind, { status = null, detail = null, retryAfter = null } = {}) {
    super(kind);
    Object.assign(this, { kind, status, detail, retryAfter });
  }
}

export async function ask(question, history, signal) {
  const body = await request("v1/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ question, language: "auto", history }),
  }, { signal, within: ANSWER_WITHIN_MS, read: (response) => response.json() });
  const answer = readAnswer(body);
  if (!answer) throw new Failure("unreadable");
  return answer;
}

export function documentText(id, version, signal) {
  const path = `v1/documents/${encodeURIComponent(id)}/text?version=${encodeURIComponent(version)}`;
  return request(path, { headers: { Accept: "text/plain" } }, {
    signal,
    within: DOCUMENT_WITHIN_MS,
    // response.text() would drop a leading U+FEFF and so shift every offset by one.
    read: async (response) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer()),
  });
}

export function info() {
  return request("v1/info", {}, { within: DOCUMENT_WITHIN_MS, read: (response) => response.json() });
}

/** Paths are relative, so that the service may stand below a prefix of another site. */
async function request(path, options, { signal, within, read }) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort("timeout"), within);
  const stopped = () => stop.abort("stopped");
  if (signal?.aborted) stopped();
  signal?.addEventListener("abort", stopped);
  try {
    const response = await fetch(new URL(path, document.baseURI), {
      ...options,
      headers: { ...options.headers, "Accept-Language": interfaceLanguage() },
      cache: "no-store",
      signal: stop.signal,
    });
    if (!response.ok) throw await problem(response);
    return await read(response);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (stop.signal.aborted) throw new Failure(stop.signal.reason);
    if (error instanceof SyntaxError) throw new Failure("unreadable");
    throw new Failure(navigator.onLine ? "gone" : "offline");
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", stopped);
  }
}

/** RFC 9457; a proxy in between may answer with something else, of which only the status is of use. */
async function problem(response) {
  let detail = null;
  if (/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    const body = await response.json().catch(() => null);
    if (typeof body?.detail === "string") detail = body.detail;
  }
  return new Failure("problem", { status: response.status, detail, retryAfter: seconds(response.headers.get("Retry-After")) });
}

/** Retry-After is a number of seconds or a date. */
function seconds(value) {
  if (!value) return null;
  const wait = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return wait > 0 ? Math.ceil(wait) : null;
}
