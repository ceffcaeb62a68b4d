// One entry: its value as text, JSON or bytes, edited without losing what others write.

import {
  call, entryOf, fromText, MOST_EDITED, query, readEntry, session, shown, textOf, unchanged, utf8, written,
} from "./api.js";
import {
  attempt, bytes, choice, confirm, field, Key, number, remaining, say, sayFailure, set, submit, tags, typed,
} from "./ui.js";

const { a, button, div, form, h2, h3, input, label, p, pre, section, span, strong, textarea } = tags;

const MOST_HEX = 64 << 10;
const MODES = { text: "Text", json: "JSON", hex: "Hex" };
const UNITS = { s: "seconds", m: "minutes", h: "hours", d: "days" };

const nothing = () => ({
  key: null, isNew: false, prefix: "", name: "", ttl: "", unit: "m", mode: "text", base: null, draft: null,
  isBusy: false, problem: "", isOld: false, conflict: null,
});
const absent = () => ({ revision: 0, size: 0, bytes: new Uint8Array(), isWhole: true });

/** base is what was read, with revision 0 for none; draft what was typed; isOld if others wrote. */
export const entry = nothing();

/** What is not saved, by key. */
const drafts = new Map();
export const hasDrafts = () => entry.draft !== null || drafts.size > 0;

function show(members) {
  const { key, base, mode, draft } = entry;
  if (key !== null && draft !== null) drafts.set(key, { base, mode, draft });
  set(entry, { ...nothing(), ...members });
}

export function openEntry(key) {
  if (key === entry.key && !entry.isNew) return;
  show({ key, ...drafts.get(key) });
  drafts.delete(key);
  if (key !== null && entry.base === null) read();
}

export function openNew(prefix) {
  if (!entry.isNew || entry.prefix !== prefix) show({ isNew: true, prefix, base: formed(absent()), draft: "" });
}

async function read() {
  const { key } = entry;
  try {
    const found = await readEntry(key);
    if (entry.key === key) take(found);
  } catch ({ message }) {
    if (entry.key === key) set(entry, { problem: message });
  }
}

function take(found) {
  const base = formed(found ?? absent());
  const mode = entry.base === null && base.text === null ? "hex" : entry.mode;
  set(entry, { base, mode, draft: null, isOld: false, conflict: null, problem: "" });
}

export function onEntryChange({ key, revision, type }) {
  const { base, draft, isBusy } = entry;
  if (key !== entry.key || base === null || revision <= base.revision) return;
  if (draft === null && !isBusy && type === "put") read();
  else entry.isOld = type === "put" || base.revision > 0;
}

/** An entry with its text and its line ends, which a text field does not keep. */
function formed(base) {
  const text = textOf(base.bytes) ?? (base.isWhole ? null : new TextDecoder().decode(base.bytes));
  const ends = !text?.includes("\r") ? "\n" : /^(?:[^\r\n]|\r\n)*$/.test(text) ? "\r\n" : null;
  return { ...base, text: text?.replaceAll("\r\n", "\n") ?? null, ends };
}

function hexText(values) {
  const width = innerWidth < 700 ? 8 : 16;
  return Array.from(values, (each, index) =>
    each.toString(16).padStart(2, "0") + (index % width < width - 1 ? " " : "\n")).join("").trimEnd();
}

function hexBytes(text) {
  const digits = text.replace(/\s/g, "");
  if (digits.length % 2 === 1 || /[^0-9a-f]/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** JSON with line feeds, and numbers as written; null for none. */
function prettyJson(text) {
  try {
    const exact = (_, value, { source }) => (typeof value === "number" ? JSON.rawJSON(source) : value);
    return JSON.stringify(JSON.parse(text, JSON.rawJSON && exact), null, 2);
  } catch {
    return null;
  }
}

const mayWrite = () => session.writes(entry.isNew ? entry.prefix : entry.key);

function isReadOnly() {
  const { isWhole, size, text, ends } = entry.base;
  return !isWhole || !mayWrite() || (entry.mode === "hex" ? size > MOST_HEX : text === null || ends === null);
}

export function save() {
  const { draft, isBusy, base, conflict, mode } = entry;
  if (draft === null || isBusy) return;
  const body = mode === "hex" ? hexBytes(draft) : utf8(draft.replaceAll("\n", base.ends));
  if (body === null) say("These are not pairs of hexadecimal digits.", true);
  else write(body, (conflict ?? base).revision);
}

async function write(body, revision) {
  const { isNew, ttl, unit } = entry;
  const key = isNew ? entry.prefix + fromText(entry.name) : entry.key;
  set(entry, { isBusy: true });
  try {
    const life = isNew ? ttl && ttl + unit : revision ? "keep" : null;
    const answer = await call("PUT", `/v1/kv${query({ key, ttl: life })}`, { body, headers: unchanged(revision) });
    const saved = { size: body.length, bytes: body, isWhole: true, ...written(answer) };
    say(`${shown(key)} saved as revision ${saved.revision}`);
    if (isNew) {
      entry.draft = null;
      entry.goTo(key);
    } else if (entry.key === key) {
      take(body.length <= MOST_EDITED ? saved : await readEntry(key));
    }
  } catch (failure) {
    if (failure.code !== "conflict") sayFailure(failure);
    else await showConflict(key, failure.current, body).catch(sayFailure);
  }
  set(entry, { isBusy: false });
}

async function showConflict(key, current, body) {
  let theirs = current && { isWhole: true, ...entryOf(current) };
  if (theirs?.bytes === null) theirs = await readEntry(key);
  entry.conflict = { key, body, theirs: theirs && formed(theirs), revision: theirs?.revision ?? 0 };
}

function takeTheirs() {
  const { theirs, key } = entry.conflict;
  entry.draft = null;
  if (entry.isNew) entry.goTo(key);
  else take(theirs);
}

function upload({ target }) {
  if (target.files[0]) write(target.files[0], entry.base.revision);
  target.value = "";
}

const download = () => attempt(async () => {
  const blob = await (await call("GET", `/v1/kv${query({ key: entry.key })}`)).blob();
  const href = URL.createObjectURL(blob);
  const name = shown(entry.key).replace(/[^\p{L}\p{N}.-]+/gu, "_").slice(-100);
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
});

function remove() {
  const { key, base, goTo } = entry;
  confirm("Delete an entry", () => p(Key(shown(key)), " cannot be brought back."), () => "Delete",
    () => attempt(async () => {
      await call("DELETE", `/v1/kv${query({ key })}`, { headers: unchanged(base.revision) });
      say(`${shown(key)} deleted`);
      entry.draft = null;
      goTo(undefined);
    }));
}

const expire = (ttl) => attempt(async () => {
  const { key, base } = entry;
  const answer = await call("PATCH", `/v1/kv${query({ key, ttl })}`, { headers: unchanged(base.revision) });
  Object.assign(base, written(answer));
  set(entry, { isOld: false });
});

const onInput = typed((draft) => set(entry, { draft }));

function Hex(text, readOnly) {
  const offsets = [];
  const letters = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    const values = hexBytes(line) ?? [];
    offsets.push(offset.toString(16).padStart(6, "0"));
    letters.push(String.fromCharCode(...values).replace(/[^ -~]/g, "·"));
    offset += values.length;
  }
  return div({ class: "hex" }, pre({ "aria-hidden": "true" }, offsets.join("\n")),
    textarea({
      "aria-label": "Value in hexadecimal", value: text, rows: offsets.length, readOnly, spellcheck: false,
      cols: Math.max(text.indexOf("\n"), 24), wrap: "off", onInput }),
    pre({ "aria-hidden": "true" }, letters.join("\n")));
}

function Value({ base, mode, draft }) {
  if (mode === "json") {
    const pretty = base.isWhole && prettyJson(base.text ?? "");
    return !pretty ? p({ class: "empty" }, "This value is not JSON.")
      : pre({ class: "value", tabIndex: 0, "aria-label": "Value as JSON" }, pretty);
  }
  if (mode === "hex") return Hex(draft ?? hexText(base.bytes.subarray(0, MOST_HEX)), isReadOnly());
  const value = draft ?? base.text ?? new TextDecoder().decode(base.bytes);
  return textarea({ class: "value", "aria-label": "Value", value, readOnly: isReadOnly(), spellcheck: false, onInput });
}

function hint({ isNew, mode, base: { revision, isWhole, size, text, ends } }) {
  if (!isNew && revision === 0) return "There is no entry with this key.";
  if (!isWhole) return `The value has ${bytes(size)}. This is its beginning; download it for more.`;
  if (mode === "hex") return size > MOST_HEX && "This is its beginning.";
  if (text === null) return "This is not UTF-8 text. Change it as hex.";
  return ends === null && "Its line ends are mixed. Change it as hex to keep them.";
}

function Expiry(may, { base: { expires }, isNew, ttl, unit }) {
  return form({ class: "row", onSubmit: submit(() => ttl && !isNew && expire(ttl + unit)) },
    span("Expires ", isNew ? "after" : expires
      ? [strong(remaining(expires)), `, ${new Date(expires).toLocaleString()}`] : "never"),
    may && [
      input({
        type: "number", min: 1, placeholder: isNew ? "never" : "", "aria-label": "Time to live", value: ttl,
        onInput: typed((text) => set(entry, { ttl: text })) }),
      choice(UNITS, unit, (each) => set(entry, { unit: each }), "Unit"),
      !isNew && button({ disabled: !ttl }, "Set"),
      expires && button({ type: "button", onClick: () => expire("none") }, "Never")]);
}

function Conflict({ theirs, revision, body }) {
  const { mode, draft, isBusy } = entry;
  const side = (title, content) => section({ "aria-label": title }, h3(title), content);
  return section({ class: "conflict", "aria-label": "Conflict" },
    h3(`Somebody else has ${theirs ? "changed" : "deleted"} this entry`),
    div({ class: "sides" },
      side("Mine", body.name ? p(`${body.name}, ${bytes(body.size)}`) :
        textarea({ class: "value", "aria-label": "My value", value: draft, spellcheck: false, onInput })),
      theirs && side(`Theirs, revision ${revision}`,
        pre({ class: "value", tabIndex: 0 }, (mode === "hex" ? null : theirs.text) ?? hexText(theirs.bytes)))),
    div({ class: "row end" },
      button({ onClick: () => set(entry, { conflict: null }) }, "Back to editing"),
      button({ onClick: takeTheirs }, theirs ? "Take theirs" : "Leave it deleted"),
      button({ class: "main", disabled: isBusy, onClick: body.name ? () => write(body, revision) : save }, "Save mine")));
}

function Editor() {
  const may = mayWrite();
  const { base, mode, draft, isNew, isBusy, isOld, prefix, name } = entry;
  const isThere = base.revision > 0;
  const text = hint(entry);
  return [
    isThere && div({ class: "row note" }, span(bytes(base.size)), span(`revision ${number(base.revision)}`)),
    isOld && p({ class: "hint warn", role: "alert" }, "Somebody else has changed this entry. ", button({ onClick: read }, "Load it")),
    div({ class: "modes", role: "group", "aria-label": "Show as" }, Object.entries(MODES).map(([each, title]) =>
      button({
        "aria-pressed": each === mode, disabled: draft && each !== mode, onClick: () => set(entry, { mode: each }) }, title))),
    text && p({ class: "hint" }, text),
    Value(entry),
    div({ class: "row" },
      may && button({ class: "main", onClick: save, disabled: draft === null || isBusy || (isNew && !prefix && !name) },
        isNew ? "Create" : "Save"),
      may && !isNew && draft !== null && button({ onClick: read }, "Revert"),
      may && label({ class: "button" }, isNew ? "Create from a file…" : "Replace by a file…",
        input({ type: "file", class: "hidden", disabled: isBusy, onChange: upload })),
      isThere && button({ onClick: download }, "Download"),
      may && isThere && button({ class: "danger", onClick: remove }, "Delete…")),
    (isNew || isThere) && Expiry(may, entry)];
}

export function Entry(back, goTo) {
  const { key, isNew, base, draft, problem, conflict, prefix, name } = entry;
  entry.goTo = goTo;
  return section({ class: "entry", "aria-label": "Entry" },
    div({ class: "row head" },
      h2(isNew ? "New entry" : Key(shown(key)), draft !== null && !isNew && span({ class: "badge" }, "not saved")),
      a({ class: "close", href: back, "aria-label": "Close" }, "✕")),
    problem && p({ class: "hint warn" }, problem),
    isNew && field(prefix ? `Key, behind ${shown(prefix)}` : "Key",
      (text) => set(entry, { name: text }), { value: name, autofocus: true }),
    base && (conflict ? Conflict(conflict) : Editor()));
}
