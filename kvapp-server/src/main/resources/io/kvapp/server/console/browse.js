// Folders and keys, page by page, and the changes of what is shown.

import { bytesOf, call, entryOf, getJson, keyOf, query, session, shown } from "./api.js";
import { entry, Entry, onEntryChange, openEntry, openNew } from "./entry.js";
import { feed } from "./feed.js";
import {
  attempt, bytes, choice, confirm, field, go, href, Key, Note, number, place, prefixField, redraw, remaining, say, set, tags,
} from "./ui.js";

const { a, button, code, div, label, nav, p, section, span, strong } = tags;

const PAGE = 100;
const MOST_ROWS = 5_000;
const ROW = 40;
const DELIMITERS = { "/": "/", ":": ":", "": "none" };

const empty = () => ({ rows: [], end: null, problem: "", selected: null, contains: "", top: 0 });
const list = { ...empty(), isOpen: false, isLoading: false, prefix: "", by: "/", height: 600 };
let loading = new AbortController();
let box = null;

async function open({ prefix = "", by = "/", key, fresh }) {
  const isElsewhere = prefix !== list.prefix || by !== list.by || !list.isOpen;
  if (isElsewhere) {
    Object.assign(list, empty(), { isOpen: true, prefix, by });
  }
  if (fresh === undefined) openEntry(key ?? null);
  else openNew(prefix);
  list.selected = key ?? list.selected;
  if (isElsewhere) await load();
  else if (key && !key.startsWith(prefix)) follow();
}

function leave() {
  list.isOpen = false;
  loading.abort();
  feed.stop();
}

async function load() {
  loading.abort();
  const { signal } = (loading = new AbortController());
  set(list, { isLoading: true });
  try {
    Object.assign(list, await readPage(null, signal), { problem: "" });
    follow();
  } catch (failure) {
    if (signal.aborted) return;
    Object.assign(list, { rows: [], end: null, problem: failure.message });
    feed.become("offline");
    if (failure.status !== 403) setTimeout(() => signal.aborted || load(), 1000);
  }
  set(list, { isLoading: false });
}

async function loadMore() {
  if (list.isLoading || list.end === null) return;
  const { signal } = loading;
  set(list, { isLoading: true });
  await attempt(async () => {
    const { rows, next, end } = await readPage(list.next, signal);
    Object.assign(list, { rows: [...list.rows, ...rows], next, end });
  });
  if (!signal.aborted) set(list, { isLoading: false });
}

async function readPage(cursor, signal) {
  const { prefix, by } = list;
  const path = `/v1/kv${query({ prefix, delimiter: by, limit: PAGE, keys_only: true, cursor })}`;
  const page = await getJson(path, { signal });
  const folders = (page.folders ?? []).map((json) => ({ id: bytesOf(json, "prefix"), isFolder: true }));
  return {
    rows: [...folders, ...page.entries.map(rowOf)].sort((one, two) => (one.id < two.id ? -1 : 1)),
    next: page.next, end: page.next && keyOf(page.next), revision: page.revision, isFiltered: page.filtered,
  };
}

function rowOf(json) {
  const { key, size, revision, expires } = entryOf(json);
  return { id: key, size, revision, expires };
}

// Where the open key is elsewhere, everything is followed.
function follow() {
  const { prefix, revision } = list;
  const isBeside = prefix && !(place().key ?? prefix).startsWith(prefix);
  feed.follow({ prefix: isBeside ? "" : prefix, after: revision, onChange: apply, onGap: load });
}

function apply(change) {
  const { key, type, size, revision, expires } = change;
  const { prefix, by, rows, end } = list;
  list.revision = Math.max(list.revision, revision);
  onEntryChange(change);
  redraw();
  const cut = by === "" ? -1 : key.indexOf(by, prefix.length);
  const id = cut < 0 ? key : key.slice(0, cut + by.length);
  if (!key.startsWith(prefix) || (end !== null && id > end)) return;
  const at = indexOf(id);
  const isThere = rows[at]?.id === id;
  if (type === "put" && (cut < 0 || !isThere)) {
    const row = cut < 0 ? { id, size, revision, expires, flash: revision } : { id, isFolder: true };
    rows.splice(at, isThere ? 1 : 0, row);
    if (rows.length > MOST_ROWS) load();
  } else if (type !== "put" && isThere) {
    if (cut < 0) rows.splice(at, 1);
    else checkFolder(id);
  }
}

// The first row that is not before a key.
function indexOf(id) {
  let low = 0;
  for (let high = list.rows.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (list.rows[middle].id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

const unsure = new Set();

// The key that is gone may have been the last of its folder.
async function checkFolder(id) {
  if (unsure.has(id)) return;
  unsure.add(id);
  await new Promise((done) => setTimeout(done, 200));
  unsure.delete(id);
  const page = await getJson(`/v1/kv${query({ prefix: id, limit: 1, keys_only: true })}`).catch(() => null);
  const at = indexOf(id);
  if (page?.entries.length === 0 && list.rows[at]?.id === id) list.rows.splice(at, 1);
  redraw();
}

const here = (members) =>
  ({ page: "browse", prefix: list.prefix, by: list.by === "/" ? undefined : list.by, ...members });

const whereOf = ({ id, isFolder }) => here(isFolder ? { prefix: id } : { key: id });

function found() {
  const text = list.contains.toLowerCase();
  return text === "" ? list.rows : list.rows.filter((row) => shown(row.id).toLowerCase().includes(text));
}

function close() {
  go(here());
  box?.focus();
}

const goNew = () => session.is("writer") && go(here({ fresh: "" }));

function goUp() {
  const { prefix, by } = list;
  const cut = by === "" ? -1 : prefix.lastIndexOf(by, prefix.length - by.length - 1);
  if (prefix !== "") go(here({ prefix: cut < 0 ? "" : prefix.slice(0, cut + by.length) }));
}

function onKeyDown(event) {
  const rows = found();
  const at = rows.findIndex((row) => row.id === list.selected);
  const screen = Math.max(1, Math.floor(list.height / ROW) - 1);
  const to = {
    ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + screen, PageUp: at - screen,
  }[event.key];
  if (to !== undefined && rows.length > 0) {
    if (to >= rows.length) loadMore();
    const index = Math.max(0, Math.min(to, rows.length - 1));
    const top = index * ROW;
    box.scrollTop = Math.max(top + ROW - box.clientHeight, Math.min(top, box.scrollTop));
    set(list, { selected: rows[index].id });
  } else if (event.key === "Enter" && at >= 0) {
    go(whereOf(rows[at]));
  } else {
    return;
  }
  event.preventDefault();
}

function Row(row, index, count) {
  const { id, isFolder, size, revision, expires, flash } = row;
  const isSelected = id === list.selected;
  return a({
    key: `${id} ${flash}`, id: isSelected ? "selected" : null, role: "option", tabIndex: -1,
    class: `item ${isSelected && "selected"} ${flash && "flash"}`, href: href(whereOf(row)),
    "aria-selected": isSelected, "aria-posinset": index + 1, "aria-setsize": count,
    style: { top: `${index * ROW}px` } },
  span({ class: isFolder ? "icon folder" : "icon" }, isFolder ? "▸" : "•"),
  code({ class: "name", title: shown(id) }, shown(id.slice(list.prefix.length)) || "(itself)"),
  isFolder ? Note("folder") : [
    expires && Note(remaining(expires)),
    span({ class: "note size" }, bytes(size)), span({ class: "note revision" }, `#${revision}`)]);
}

/** The rows in sight. */
function Rows(rows) {
  const first = Math.max(0, Math.floor(list.top / ROW) - 5);
  const onScroll = () => {
    set(list, { top: box.scrollTop });
    if (box.scrollTop + box.clientHeight > box.scrollHeight - 4 * ROW && !list.contains) loadMore();
  };
  const ref = (element) => {
    box = element;
    if (box && box.clientHeight !== list.height) set(list, { height: box.clientHeight });
  };
  return div({
    key: list.prefix, class: "rows", role: "listbox", "aria-label": "Folders and keys", tabIndex: 0,
    "aria-activedescendant": "selected", ref, onScroll, onKeyDown },
  div({ class: "sizer", style: { height: `${rows.length * ROW}px` } },
    rows.slice(first, first + Math.ceil(list.height / ROW) + 10)
      .map((row, index) => Row(row, first + index, rows.length))));
}

function Path({ prefix, by }) {
  const folders = by === "" ? [prefix] : prefix.split(by);
  const rest = folders.pop();
  let upTo = "";
  const link = (name) => a({ href: href(here({ prefix: (upTo += name) })) }, shown(name) || "All keys");
  return nav({ class: "path", "aria-label": "Folder" },
    link(""), folders.map((name) => link(name + by)), rest && span(`${shown(rest)}…`));
}

const Tools = ({ prefix, by, contains }) =>
  div({ class: "tools" }, prefixField(here, prefix, "Type to jump"),
    field("Contains", (text) => set(list, { contains: text }), {
      type: "search", placeholder: "Filter loaded keys", value: contains }),
    label(span("Folders by"), choice(DELIMITERS, by, (each) => go(here({ by: each })))),
    session.is("writer") && button({ class: "main", onClick: goNew }, "New entry"),
    by !== "" && prefix.endsWith(by) && session.writes(prefix)
      && button({ class: "danger", onClick: () => askDelete(prefix) }, "Delete folder…"));

const counted = (count, what) => `${number(count)} ${what}${count === 1 ? "" : "s"}`;

function Status(rows) {
  const folders = list.rows.filter((row) => row.isFolder).length;
  const counts = `${counted(list.rows.length - folders, "key")}, ${counted(folders, "folder")}`;
  return div({ class: "status" },
    span(list.contains ? `${number(rows.length)} found in the ${counts} loaded` : counts,
      list.end !== null && ", more on the server", list.isFiltered && ", as far as granted"),
    list.end !== null && button({ onClick: loadMore }, `Load ${PAGE} more`));
}

function view() {
  const rows = found();
  const isEntry = entry.key !== null || entry.isNew;
  const nothing = list.problem || (!list.isLoading && list.rows.length === 0 && "No keys here.");
  return div({ class: isEntry ? "browse with-entry" : "browse" },
    section({ class: "list" }, Path(list), Tools(list),
      nothing ? p({ class: "empty" }, nothing) : Rows(rows), Status(rows)),
    isEntry ? Entry(href(here()), (key) => go(here({ key })))
      : section({ class: "entry none" }, p("Choose a key, or press ? for help.")));
}

function askDelete(prefix) {
  const name = shown(prefix);
  const state = { count: null, text: "" };
  attempt(async () => set(state, await getJson(`/v1/count${query({ prefix })}`)));
  const count = () => (state.count === null ? "…" : counted(state.count, "key"));
  confirm("Delete a folder",
    () => [p(Key(name), " and all in it: ", strong(count()), ". They cannot be brought back."),
      field("Type the prefix to go on", (text) => set(state, { text }), { value: state.text, autofocus: true })],
    () => `Delete ${count()}`,
    () => attempt(async () => {
      const { deleted } = await (await call("DELETE", `/v1/kv${query({ prefix })}`)).json();
      say(`${counted(deleted, "key")} deleted in ${name}`);
      goUp();
    }),
    () => state.count !== null && state.text === name);
}

export const browse = {
  name: "Browse", open, leave, view, close, may: () => session.is("reader"),
  keys: { n: ["new entry", goNew], Backspace: ["up one folder", goUp] },
};
