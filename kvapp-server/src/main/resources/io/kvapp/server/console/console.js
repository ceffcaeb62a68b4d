// The console as a whole: who is there, and which page is shown.

import { session } from "./api.js";
import { browse } from "./browse.js";
import { changes } from "./changes.js";
import { hasDrafts, save } from "./entry.js";
import { feed } from "./feed.js";
import { overview } from "./overview.js";
import { ask, Dialog, draw, field, go, href, Messages, Modal, Note, place, redraw, set, submit, tags } from "./ui.js";

const { a, button, code, dd, div, dl, dt, form, h2, header, main, nav, p, span } = tags;

const PAGES = { browse, changes, overview };
const FEED = { live: "Live", connecting: "Connecting", polling: "Live (polling)", offline: "Offline", paused: "Paused" };
const KEYS = {
  "/": ["prefix", () => document.getElementById("find")?.focus()],
  ...browse.keys,
  b: ["browse", () => go({ page: "browse" })],
  c: ["changes", () => go({ page: "changes" })],
  o: ["overview", () => go({ page: "overview" })],
  "↑ ↓ Enter": ["choose and open"],
  Escape: ["close the entry"],
  "Ctrl S": ["save"],
  "?": ["this list", () => ask((close) => [
    h2("Keyboard"), dl(Object.entries(KEYS).map(([key, [does]]) => [dt(code(key)), dd(does)])),
    div({ class: "row end" }, button({ onClick: close, autofocus: true }, "Close"))])],
};

const login = { user: "", password: "", problem: "" };
let page = null;
let readiness = "";
let lastUse = 0;

function open() {
  if (session.state !== "open") return;
  const where = place();
  const wanted = PAGES[where.page];
  const isFit = wanted?.may();
  const next = isFit ? wanted : Object.values(PAGES).find((each) => each.may());
  if (page !== next) page?.leave();
  page = next;
  document.title = `${page.name} · KVApp`;
  page.open(isFit ? where : {});
  redraw();
}

async function checkReadiness() {
  if (!document.hidden) {
    readiness = await fetch("/readyz", { cache: "no-store", credentials: "omit" })
      .then(async (answer) => (answer.ok ? "" : (await answer.json()).detail)).catch(() => readiness);
  }
  setTimeout(checkReadiness, 5000);
}

/** Each second: has times count down, and renews the token of a page that is used. */
function tick() {
  const { state, token, issued, lifetime } = session;
  if (state === "open" && token && Date.now() > issued + lifetime / 2 && lastUse > issued) {
    session.open().catch(() => {});
  }
  if (state === "unreachable") session.begin();
  redraw();
}

function signOut() {
  session.forget();
  location.hash = "";
  location.reload();
}

async function signIn() {
  const problem = await session.signIn(login.user, login.password).then(() => "", ({ message }) => message);
  set(login, { problem, password: "" });
}

function SignIn() {
  const text = login.problem || session.reason;
  const input = (title, name, members) => field(title, (value) => set(login, { [name]: value }), {
    value: login[name], required: true, ...members });
  return Modal(() => {}, form({ onSubmit: submit(signIn) }, h2("KVApp"),
    text && p({ class: "hint warn", role: "alert" }, text),
    input("User", "user", { autocomplete: "username", autofocus: true }),
    input("Password", "password", { type: "password", autocomplete: "current-password" }),
    button({ class: "main" }, "Sign in")));
}

const Header = () => header(h2("KVApp"),
  nav({ "aria-label": "Pages" }, Object.entries(PAGES).filter(([, { may }]) => may()).map(([name, each]) =>
    a({ href: href({ page: name }), "aria-current": each === page ? "page" : null }, each.name))),
  span({ class: `feed ${feed.state}`, role: "status", "aria-label": "Connection" }, FEED[feed.state]),
  button({ class: "plain", onClick: KEYS["?"][1], "aria-label": "Keyboard" }, "?"),
  session.lifetime ? [Note(`${session.user}, ${session.role}`),
    button({ class: "plain", onClick: signOut }, "Sign out")] : Note("local"));

draw(() => div({ class: "app" },
  session.state === "unreachable" && p({ class: "banner", role: "alert" }, session.reason, " Trying again…"),
  page && Header(),
  readiness && p({ class: "banner", role: "alert" }, readiness),
  page && main(page.view()),
  session.state === "closed" && SignIn(), Dialog(), Messages()));

addEventListener("keydown", (event) => {
  const { key, target } = event;
  lastUse = Date.now();
  const isControl = event.ctrlKey || event.metaKey || event.altKey;
  let action = null;
  if (document.querySelector("dialog[open]")) return;
  if (isControl && key === "s") action = save;
  else if (key === "Escape" && page === browse) action = browse.close;
  else if (!isControl && !/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) action = KEYS[key]?.[1];
  if (action) submit(action)(event);
});

session.onChange = (isNew) => {
  if (isNew && session.state === "open") {
    dispatchEvent(new Event("kvapp-session"));
    open();
  }
  redraw();
};
feed.onState = redraw;
addEventListener("hashchange", open);
addEventListener("pointerdown", () => { lastUse = Date.now(); }, true);
addEventListener("beforeunload", (event) => hasDrafts() && event.preventDefault());
setInterval(tick, 1000);
session.begin();
checkReadiness();
