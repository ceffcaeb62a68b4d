// Figures of store and server, and what an operator can do.

import { call, getJson, query, session } from "./api.js";
import { feed } from "./feed.js";
import { attempt, bytes, duration, field, micros, Note, number, set, submit, tags } from "./ui.js";

const { button, dd, dl, div, dt, form, h2, p, polyline, section, span, strong, svg } = tags;

const POINTS = 60;
// Revisions jump after an unclean stop.
const JUMP = 2 ** 29;
const KINDS = { journal: "Journal", sstable: "SSTables", hash_table: "Hash table", history: "History" };

const state = { stats: null, name: "", result: "", problem: "" };
const points = {};
let last = null;
let timer = null;

const open = () => timer ?? read();

function leave() {
  clearTimeout(timer);
  timer = null;
}

async function read() {
  const mine = (timer = setTimeout(read, 2000));
  if (document.hidden || session.state !== "open") return;
  let problem = "";
  try {
    note(await getJson("/v1/stats"));
  } catch (failure) {
    problem = failure.message;
  }
  if (mine !== timer) return;
  set(state, { problem });
  feed.become(problem ? "offline" : "live");
}

function note(stats) {
  const { store, server } = stats;
  const at = performance.now();
  // A new server counts from 0.
  const before = last?.server.uptime_seconds <= server.uptime_seconds ? last : { at, store, server };
  const rate = (now, then) => (now > then && now - then < JUMP ? (1000 * (now - then)) / (at - before.at) : 0);
  const was = before.store;
  const syncs = store?.syncs - was?.syncs;
  const figures = {
    requests: rate(server.requests, before.server.requests), watchers: server.watchers,
    ...(store && {
      writes: rate(store.revision, was.revision), entries: store.entries,
      // Without a sync it is as it was.
      sync: syncs > 0 ? (store.total_sync_micros - was.total_sync_micros) / syncs : points.sync?.at(-1) ?? store.mean_sync_micros,
    }),
  };
  for (const [name, value] of Object.entries(figures)) {
    points[name] = [...(points[name] ?? []), value].slice(-POINTS);
  }
  last = { at, store, server };
  state.stats = stats;
}

async function operate(path, members, text) {
  set(state, { result: "…" });
  set(state, { result: await attempt(async () => {
    const answer = await call("POST", `/v1/admin/${path}${query(members)}`);
    return text(answer.status === 204 ? {} : await answer.json());
  }) });
}

const backUp = () => operate("backup", { name: state.name }, (told) =>
  `Backup ${told.name}: ${number(told.entries)} entries, ${bytes(told.bytes)}.`);
const verify = () => operate("verify", {}, ({ entries, faults }) =>
  `${number(entries)} entries verified: ${faults.length === 0 ? "no faults" : JSON.stringify(faults)}.`);
const compact = () => operate("compact", {}, () => "Compacted.");

function Card(title, name, note, figure = number) {
  const values = points[name];
  const most = Math.max(...values, 1e-9);
  const line = values.map((value, index) =>
    `${100 - ((values.length - 1 - index) * 100) / (POINTS - 1)},${29 - (value / most) * 27}`);
  return div({ class: "card" }, Note(title), strong(figure(values.at(-1))),
    Note(note),
    svg({ class: "spark", viewBox: "0 0 100 30", preserveAspectRatio: "none" },
      polyline({ points: line.join(" ") })));
}

function Disk(store) {
  const free = store.disk_free_bytes;
  const kinds = Object.entries(KINDS).map(([kind, name]) => [name, store[`${kind}_bytes`] ?? 0]);
  const sum = kinds.reduce((all, [, size]) => all + size, 1);
  return div({ class: "card" }, Note("Disk"), strong(bytes(store.disk_bytes)),
    Note(free >= 0 && `${bytes(free)} free`),
    div({ class: "bar" }, kinds.map(([, size], index) =>
      div({ class: `kind${index}`, style: { width: `${(100 * size) / sum}%` } }))),
    dl(kinds.map(([name, size], index) => [dt(span({ class: `dot kind${index}` }), name), dd(bytes(size))])));
}

const Recovery = (recovery) => section({ class: "card" }, h2("Recovery at the last start"),
  dl(Object.entries(recovery).map(([name, value]) =>
    [dt(name.replaceAll("_", " ")), dd(typeof value === "number" ? number(value) : String(value))])));

function Operations(hasFiles) {
  const { name, result } = state;
  return section({ class: "card" }, h2("Operations"),
    form({ onSubmit: submit(backUp) },
      field("Name of the backup", (text) => set(state, { name: text }), { value: name, placeholder: "monday" }),
      div({ class: "row" }, button("Back up"),
        hasFiles && Object.entries({ Verify: verify, Compact: compact }).map(([text, onClick]) =>
          button({ type: "button", onClick }, text)))),
    p({ role: "status" }, result));
}

function view() {
  const { stats, problem } = state;
  if (stats === null) return p({ class: "empty" }, problem || "Loading…");
  const { store, server, recovery } = stats;
  return section({ class: "page" },
    div({ class: "cards" },
      store && [
        Card("Writes a second", "writes", `revision ${number(store.revision)}`),
        Card("Entries", "entries", bytes(store.live_bytes)),
        Card("Sync of the journal", "sync", `longest ${micros(store.max_sync_micros)}`, micros)],
      Card("Requests a second", "requests", `version ${server.version}, up ${duration(1000 * server.uptime_seconds)}`),
      Card("Watchers", "watchers", `${number(server.connections)} connections`),
      store && Disk(store), recovery && Recovery(recovery), session.is("admin") && Operations(store)));
}

// Figures are about every key.
const may = () => ["monitor", "admin"].includes(session.role) || session.grants.includes("");

export const overview = { name: "Overview", open, leave, view, may };
