// The server: byte strings, requests, session.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
export const utf8 = (text) => encoder.encode(text);

// Keys are byte strings: one character, 0 to 255, for each byte.
export const toBytes = (key) => Uint8Array.from(key, (each) => each.charCodeAt(0));
export const fromText = (text) => Array.from(utf8(text), (each) => String.fromCharCode(each)).join("");

/** The text of UTF-8; null for other bytes. */
export function textOf(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
export const keyText = (key) => textOf(toBytes(key));

const hex = (each) => each.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase();

/** A key for people: nothing in it is invisible, and it cannot turn the text around it. */
export const shown = (key) =>
  keyText(key)
    ?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0).toString(16)}}`)
    .replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length))
  ?? key.replace(/[^\x20-\x7e]/g, (each) => `\\x${hex(each)}`);

export const encoded = (key) => key.replace(/[^\w.~-]/g, (each) => `%${hex(each)}`);
export const decoded = (text) =>
  fromText(text).replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));

/** The key that a cursor is of, which is base64url. */
export const keyOf = (cursor) => atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));

export const query = (members) =>
  `?${Object.entries(members).filter(([, value]) => value || value === 0)
    .map(([name, value]) => `${name}=${encoded(String(value))}`).join("&")}`;

export const bytesOf = (json, name) =>
  json[name] === undefined ? atob(json[`${name}_base64`] ?? "") : fromText(json[name]);

/** An entry or a change; bytes is null where the value is left out. */
export const entryOf = (json) => ({
  ...json,
  key: bytesOf(json, "key"),
  expires: json.expires_at && Date.parse(json.expires_at),
  bytes: "value" in json || "value_base64" in json ? toBytes(bytesOf(json, "value")) : null,
});

// How far the clock of the server is ahead, if it is by seconds.
let ahead = 0;
export const serverNow = () => Date.now() + ahead;

/** Sends a request; throws unless the answer is 2xx, with status 0 for none. */
export async function call(method, path, { headers, body, signal } = {}) {
  const { token } = session;
  let response;
  try {
    response = await fetch(path, {
      method, body, signal, cache: "no-store", credentials: "omit",
      headers: token ? { ...headers, Authorization: `Bearer ${token}` } : headers,
    });
  } catch (failure) {
    throw signal?.aborted ? failure
      : Object.assign(new Error("The server cannot be reached."), { status: 0 });
  }
  const difference = Date.parse(response.headers.get("Date")) - Date.now();
  ahead = Math.abs(difference) > 3000 ? difference : 0;
  if (response.ok) return response;
  const { status } = response;
  const { code, current, detail = `The server answered ${status}.` } = await response.json().catch(() => ({}));
  const problem = Object.assign(new Error(detail), { status, code, current });
  if (status === 401 && token === session.token) session.end(problem);
  throw problem;
}

export const getJson = async (path, options) => (await call("GET", path, options)).json();

const PREVIEW = 16 << 10;
export const MOST_EDITED = 256 << 10;

/** Reads an entry, of a large value the beginning alone; null for none. */
export async function readEntry(key) {
  let response;
  try {
    response = await call("GET", `/v1/kv${query({ key })}`);
  } catch (failure) {
    if (failure.code === "not-found") return null;
    throw failure;
  }
  const size = Number(response.headers.get("Content-Length"));
  const isWhole = size <= MOST_EDITED;
  const content = isWhole ? await response.arrayBuffer() : await beginning(response.body.getReader());
  return { size, isWhole, bytes: new Uint8Array(content), ...written(response) };
}

async function beginning(reader) {
  const pieces = [];
  for (let read = 0; read < PREVIEW; read += pieces.at(-1).length) pieces.push((await reader.read()).value);
  reader.cancel().catch(() => {});
  return new Blob(pieces).slice(0, PREVIEW).arrayBuffer();
}

export function written({ headers }) {
  const expires = headers.get("KVApp-Expires-At");
  return { revision: Number(headers.get("ETag").replace(/\D/g, "")), expires: expires && Date.parse(expires) };
}

/** The condition that an entry has a revision; 0 is none. */
export const unchanged = (revision) =>
  revision ? { "If-Match": `"${revision}"` } : { "If-None-Match": "*" };

const STORED = "kvapp-session";
const RANKS = ["monitor", "reader", "writer", "admin"];

export const session = {
  state: "starting", token: null, user: null, grants: [],
  onChange: () => {},

  async begin() {
    try {
      Object.assign(this, JSON.parse(sessionStorage.getItem(STORED)));
      this.accept(await getJson("/v1/auth"));
    } catch (failure) {
      if (failure.status !== 401) this.become("unreachable", failure.message);
    }
  },

  async signIn(user, password) {
    const isAnother = this.user !== null && this.user !== user;
    await this.open({ body: JSON.stringify({ user, password }) });
    // What one user has left on the page is not for the next.
    if (isAnother) location.reload();
  },

  /** Signs in, or renews the token where there are no credentials. */
  async open(credentials) {
    this.issued = Date.now();
    const told = await (await call("POST", "/v1/auth", credentials)).json();
    const lifetime = Date.parse(told.expires_at) - serverNow();
    const kept = { token: told.token, issued: Date.now(), lifetime };
    sessionStorage.setItem(STORED, JSON.stringify(kept));
    Object.assign(this, kept);
    this.accept(told);
  },

  accept({ user, role, prefixes }) {
    Object.assign(this, { user, role, grants: prefixes.map(fromText) });
    this.become("open");
  },

  end({ code, message }) {
    const ended = this.state === "open" ? "Your session has ended. Sign in to go on where you were." : "";
    this.forget();
    this.become("closed", code === "bad-credentials" ? message : ended);
  },

  forget() {
    this.token = null;
    sessionStorage.removeItem(STORED);
  },

  become(state, reason = "") {
    const isNew = state !== this.state;
    Object.assign(this, { state, reason });
    this.onChange(isNew);
  },

  is(role) {
    return RANKS.indexOf(this.role) >= RANKS.indexOf(role);
  },

  writes(prefix) {
    return this.is("writer") && this.grants.some((grant) => prefix.startsWith(grant));
  },
};
