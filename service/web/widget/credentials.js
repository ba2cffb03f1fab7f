// What a request shows to be let in: a token that a publishable key opened, a key that the reader
// entered, or nothing where the service asks for nothing.

import { kept, keep } from "./storage.js";

const RENEW_BEFORE_MS = 60_000;
const sessions = new Map(); // shared by all elements of a page that have the same key

/** A publishable key; `open(key)` gives {token, expires_at}. */
export function session(server, key, open) {
  const name = `${server} ${key}`;
  if (!sessions.has(name)) sessions.set(name, new Session(key, open));
  return sessions.get(name);
}

class Session {
  #current = null;

  constructor(key, open) {
    this.key = key;
    this.open = open;
    this.canEnter = false;
  }

  async bearer() {
    const current = this.#current;
    if (current === null) return (await this.#renew()).token;
    const { token, expires } = await current;
    if (expires - RENEW_BEFORE_MS > Date.now()) return token;
    const renewed = this.#current !== current && this.#current !== null; // by another request, meanwhile
    return (await (renewed ? this.#current : this.#renew())).token;
  }

  /** Whether to try again after the service did not know the token, `refused`. */
  async refused(token) {
    const last = await this.#current?.catch(() => null);
    if (last?.token === token) this.#current = null; // else another request has renewed it already
    return true;
  }

  #renew() {
    this.#current = this.open(this.key).then(({ token, expires_at }) => ({ token, expires: Date.parse(expires_at) }));
    this.#current.catch(() => { this.#current = null; });
    return this.#current;
  }
}

/** A key that the reader of the service's own page enters; kept for the tab. */
export class EnteredKey {
  #name;

  constructor(server) {
    this.#name = `key ${server}`;
    this.canEnter = new URL(server).origin === location.origin; // no other site is to be told a key
  }

  async bearer() {
    return kept(this.#name) ?? null;
  }

  async refused() {
    return false;
  }

  enter(key) {
    keep(this.#name, key);
  }
}
