// The last changes of the store, as they happen.

import { getJson, query, session, shown } from "./api.js";
import { feed } from "./feed.js";
import { attempt, bytes, href, prefixField, set, tags } from "./ui.js";

const { a, button, code, div, p, section, span, table, tbody, td, th, thead, tr } = tags;

const MOST = 200;
const log = { prefix: "", changes: [], isPaused: false };

/** Begins with what has changed last, if it is known. */
async function open({ prefix = "" }) {
  feed.stop();
  set(log, { prefix, changes: [], isPaused: false });
  await attempt(async () => {
    const { revision } = await getJson(`/v1/changes${query({ prefix })}`);
    log.revision = revision;
    if (prefix === log.prefix) follow(prefix, Math.max(0, revision - MOST), revision);
  });
}

function leave() {
  log.prefix = null;
  feed.stop();
}

const follow = (prefix, after, present) => feed.follow({
  prefix, after,
  onChange: (change) => {
    log.revision = change.revision;
    // When an earlier change was made is not known.
    const at = change.revision > present && new Date().toLocaleTimeString();
    set(log, { changes: [{ ...change, at }, ...log.changes].slice(0, MOST) });
  },
  onGap: () => (after < present ? follow(prefix, present, present) : open({ prefix })),
});

function toggle() {
  set(log, { isPaused: !log.isPaused });
  if (log.isPaused) feed.stop();
  else follow(log.prefix, log.revision, log.revision);
}

function Row({ at, type, key, size, revision }) {
  const name = code(shown(key));
  const prefix = key.slice(0, key.lastIndexOf("/") + 1);
  return tr({ key: `${revision} ${key}`, class: at && "flash" },
    td({ class: "note" }, at), td(span({ class: `badge ${type}` }, type)),
    td({ class: "key" }, type === "put" ? a({ href: href({ page: "browse", prefix, key }) }, name) : name),
    td(size >= 0 && bytes(size)), td(revision));
}

function view() {
  const { changes, isPaused, prefix } = log;
  return section({ class: "page" },
    div({ class: "tools" },
      prefixField((members) => ({ page: "changes", ...members }), prefix, "All keys"),
      button({ "aria-pressed": isPaused, onClick: toggle }, isPaused ? "Go on" : "Pause")),
    changes.length === 0 ? p({ class: "empty" }, "Changes show here as they happen.")
      : div({ class: "wide-table" }, table(
        thead(tr(["Time", "Change", "Key", "Size", "Revision"].map((name) => th({ scope: "col" }, name)))),
        tbody(changes.map(Row)))));
}

export const changes = { name: "Changes", open, leave, view, may: () => session.is("reader") };
