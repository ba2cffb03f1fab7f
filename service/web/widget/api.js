// The service's HTTP interface, as far as a reader needs it. Whatever goes wrong arrives as a Failure.

import { readAnswer, readCitation } from "./answer.js";
import { EnteredKey, session } from "./credentials.js";
import { events } from "./events.js";

const REPLY_WITHIN_MS = 20_000;
const ANSWER_WITHIN_MS = 120_000;
const SILENT_FOR_MS = 40_000; // the service sends a heartbeat every ten seconds
const fetch = window.fetch.bind(window); // as it was: what a page puts in its place later is its own affair

/** `kind`: stopped, timeout, offline, gone (no connection), cut (midway), problem (a refusal), unreadable. */
export class Failure extends Error {
  constructor(kind, { status = null, detail = null, retryAfter = null } = {}) {
    super(kind);
    Object.assign(this, { kind, status, detail, retryAfter });
  }
}

export class Api {
  /** `server` ends in a slash, so that the service may stand below a prefix; `key` may be null. */
  constructor(server, key, language) {
    this.server = server;
    this.language = language; // a function: it may change
    this.credentials = key ? session(server, key, (given) => this.#openSession(given)) : new EnteredKey(server);
  }

  /**
   * Returns the answer as the service gave it and as it is drawn; `heard` is told meanwhile:
   * `cited(citation)`, `delta(text)`, `restart()`.
   */
  ask(question, history, signal, heard) {
    const body = { question, language: "auto", history, stream: true };
    return this.request("v1/ask", { body, accept: "text/event-stream", signal, within: ANSWER_WITHIN_MS },
      (response, watch) => this.#follow(response, watch, heard));
  }

  rate(answerId, rating, comment) {
    const body = { answer_id: answerId, rating, ...(comment ? { comment } : {}) };
    return this.request("v1/feedback", { body }, () => null);
  }

  async suggestions() {
    const found = { body: {}, within: ANSWER_WITHIN_MS }; // each is asked before it is offered
    const body = await this.request("v1/widget/suggestions", found, (response) => response.json());
    const given = Array.isArray(body?.suggestions) ? body.suggestions : [];
    return given.filter((one) => typeof one?.question === "string" && typeof one.language === "string");
  }

  async #follow(response, watch, heard) {
    watch.heard();
    for await (const { event, data } of events(response.body, watch.heard)) {
      if (event === "citation") heard.cited(readCitation(data));
      else if (event === "delta") heard.delta(String(data?.text ?? ""));
      else if (event === "restart") heard.restart();
      else if (event === "error") throw new Failure("problem", { status: data?.status ?? null, detail: text(data?.detail) });
      else if (event === "final") {
        const answer = readAnswer(data);
        if (!answer) throw new Failure("unreadable");
        return answer;
      }
    }
    throw new Failure("cut");
  }

  #openSession(key) {
    return this.#send("v1/widget/session", { body: { key }, bearer: null }, (response) => response.json());
  }

  /** Sends one request, and once more where a token had ended; `read(response, watch)` gives the result. */
  async request(path, options, read) {
    const bearer = await this.credentials.bearer();
    try {
      return await this.#send(path, { ...options, bearer }, read);
    } catch (failure) {
      if (failure.status !== 401 || !(await this.credentials.refused(bearer))) throw failure;
      return this.#send(path, { ...options, bearer: await this.credentials.bearer() }, read);
    }
  }

  async #send(path, { body, bearer, signal, accept = "application/json", within = REPLY_WITHIN_MS }, read) {
    const watch = new Watch(within, signal);
    try {
      const response = await fetch(new URL(path, this.server), {
        method: body === undefined ? "GET" : "POST",
        headers: {
          Accept: accept,
          "Accept-Language": this.language(),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: watch.signal,
      });
      if (!response.ok) throw await problem(response);
      watch.begun = true;
      return await read(response, watch);
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (watch.signal.aborted) throw new Failure(watch.signal.reason);
      if (error instanceof SyntaxError) throw new Failure("unreadable");
      if (!navigator.onLine) throw new Failure("offline");
      throw new Failure(watch.begun ? "cut" : "gone");
    } finally {
      watch.end();
    }
  }
}

/** Gives a request up when its reader stops it, when it takes too long, or when nothing is heard of it. */
class Watch {
  #controller = new AbortController();
  #silence = 0;
  begun = false;

  constructor(within, signal) {
    this.signal = this.#controller.signal;
    this.stop = () => this.#controller.abort("stopped");
    this.outside = signal;
    if (signal?.aborted) this.stop();
    signal?.addEventListener("abort", this.stop);
    this.late = setTimeout(() => this.#controller.abort("timeout"), within);
  }

  heard = () => {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#controller.abort("timeout"), SILENT_FOR_MS);
  };

  end() {
    clearTimeout(this.late);
    clearTimeout(this.#silence);
    this.outside?.removeEventListener("abort", this.stop);
  }
}

/** RFC 9457; a proxy in between may answer with something else, of which only the status is of use. */
async function problem(response) {
  let detail = null;
  if (/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    const body = await response.json().catch(() => null);
    detail = text(body?.detail);
  }
  return new Failure("problem", { status: response.status, detail, retryAfter: seconds(response.headers.get("Retry-After")) });
}

/** Retry-After is a number of seconds or a date. */
function seconds(value) {
  if (!value) return null;
  const wait = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return wait > 0 ? Math.ceil(wait) : null;
}

function text(value) {
  return typeof value === "string" ? value : null;
}
