// What pages are made of.

import { h, render } from "./preact.js";
import { decoded, encoded, fromText, keyText, serverNow } from "./api.js";

/** Elements by name: div("text"), or div({ class: "row" }, ...). */
export const tags = new Proxy({}, {
  get: (_, name) => (first, ...rest) =>
    first?.constructor === Object ? h(name, first, ...rest) : h(name, null, first, ...rest),
});
const { button, code, dialog, div, form, h2, input, label, option, select, span } = tags;

let view = null;
let isDue = false;

export function draw(page) {
  view = page;
  redraw();
}

/** Draws with the next frame; hidden pages wait until seen. */
export function redraw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    render(view(), document.body);
  });
}

export function set(target, members) {
  Object.assign(target, members);
  redraw();
}

export const typed = (use) => ({ target }) => use(target.value);

export const field = (name, onText, members) =>
  label({ class: members.type }, span(name), input({
    autocomplete: "off", spellcheck: false, onInput: typed(onText), ...members }));

export const choice = (options, value, onChoice, name) =>
  select({ value, onChange: typed(onChoice), "aria-label": name },
    Object.entries(options).map(([each, text]) => option({ value: each }, text)));

let typing = 0;

export const prefixField = (placeOf, prefix, placeholder) => field("Prefix", (text) => {
  clearTimeout(typing);
  typing = setTimeout(() => location.replace(href(placeOf({ prefix: fromText(text) }))), 150);
}, { id: "find", type: "search", placeholder, value: keyText(prefix) ?? "" });

export const submit = (work) => (event) => {
  event.preventDefault();
  work();
};

// Places: the part of the address behind #, such as #/browse?prefix=docs%2F

export function place() {
  const [path, search = ""] = location.hash.slice(1).split("?");
  const members = search.split("&").map((part) => part.split("="));
  return {
    page: path.replaceAll("/", "") || "browse",
    ...Object.fromEntries(members.map(([name, value = ""]) => [name, decoded(value)])),
  };
}

export const href = ({ page, ...members }) =>
  `#/${page}?${Object.entries(members).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encoded(value)}`).join("&")}`;

export const go = (where) => { location.hash = href(where); };

// Figures

const digits = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
export const number = (value) => digits.format(value);

function scaled(value, base, units) {
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(value, 1)) / Math.log(base) + 1e-9));
  return `${number(value / base ** power)} ${units[power]}`;
}
export const bytes = (size) => scaled(size, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
export const micros = (value) => scaled(value, 1000, ["µs", "ms", "s"]);

export function duration(millis) {
  const all = Math.ceil(millis / 1000);
  const parts = [[all / 86400 | 0, "d"], [(all / 3600 | 0) % 24, "h"], [(all / 60 | 0) % 60, "m"], [all % 60, "s"]];
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first, first < 0 ? 4 : first + 2).map(([count, unit]) => count + unit).join(" ");
}

export const remaining = (expires) =>
  expires > serverNow() ? `in ${duration(expires - serverNow())}` : "expired";

export const Key = (text) => code({ class: "key" }, text);
export const Note = (text) => span({ class: "note" }, text);

// Messages

let messages = [];

/** Says something last; faults stay until closed. */
export function say(text, isFault) {
  const message = { text, isFault };
  messages = [...messages.filter((each) => each.isFault).slice(-3), message];
  if (!isFault) setTimeout(unsay, 5000, message);
  redraw();
}

function unsay(message) {
  messages = messages.filter((each) => each !== message);
  redraw();
}

export function sayFailure(failure) {
  if (failure.name !== "AbortError" && failure.status !== 401) say(failure.message, true);
}

export const attempt = (work) => work().catch(sayFailure);

export const Messages = () =>
  div({ class: "messages", role: "status" }, messages.map((message) =>
    div({ class: message.isFault ? "message fault" : "message" }, span(message.text),
      button({ class: "plain", "aria-label": "Close", onClick: () => unsay(message) }, "✕"))));

// Dialogs, one at a time

const asked = { content: null };
export const ask = (content) => set(asked, { content });
const close = () => ask(null);

export const Dialog = () => asked.content && Modal(close, asked.content(close));

export const Modal = (onCancel, content) => dialog({
  ref: (element) => element && !element.open && element.showModal(), onCancel: submit(onCancel),
}, content);

export const confirm = (title, text, action, work, isReady = () => true) =>
  ask(() => form({ onSubmit: submit(() => {
    close();
    work();
  }) }, h2(title), text(),
  div({ class: "row end" }, button({ type: "button", onClick: close }, "Cancel"),
    button({ class: "danger", disabled: !isReady() }, action()))));
