// The changes of the keys that are shown, as they happen.

import { call, entryOf, getJson, query, session } from "./api.js";

// A browser opens six connections to a server; some remain for other requests.
const STREAMS = 4;
const SILENCE = 45_000;

const pause = (signal, time, target = signal, name = "abort") =>
  new Promise((done) => {
    if (time) setTimeout(done, time);
    target.addEventListener(name, done, { once: true });
    signal.addEventListener("abort", done, { once: true });
  });

/** A page has one stream, and none while it is hidden. */
export const feed = {
  state: "paused",
  onState: () => {},
  current: new AbortController(),

  stop() {
    this.current.abort();
    this.become("paused");
  },

  become(state) {
    this.state = state;
    this.onState();
  },

  /** Follows a prefix from a revision on; onGap hears that it is not known what has changed. */
  async follow(place) {
    this.current.abort();
    const { signal } = (this.current = new AbortController());
    const become = (state) => signal.aborted || this.become(state);
    become("connecting");
    for (let wait = 250; !signal.aborted; ) {
      try {
        if (document.hidden) {
          become("paused");
          await pause(signal, 0, document, "visibilitychange");
        } else {
          await withSlot((isFree) => (isFree ? stream : poll)(place, signal, become));
          wait = 250;
          await pause(signal, wait);
        }
      } catch (failure) {
        if (signal.aborted) return;
        if (failure.status === 403) return become("paused");
        if (failure.status === 410) return place.onGap();
        become("offline");
        if (session.state === "closed") await pause(signal, 0, window, "kvapp-session");
        else await pause(signal, wait);
        wait = Math.min(2 * wait, 5_000);
      }
    }
  },
};

async function withSlot(work) {
  // Pages from elsewhere without TLS cannot count theirs.
  if (!navigator.locks) return work(true);
  for (let number = 0; number < STREAMS; number++) {
    const isDone = await navigator.locks.request(`kvapp-${number}`, { ifAvailable: true },
      async (lock) => lock && ((await work(true)), true));
    if (isDone) return;
  }
  await work(false);
}

const chosen = ({ prefix, key, after }) => query({ prefix, key, after, keys_only: true });

async function poll(place, signal, become) {
  const page = await getJson(`/v1/changes${chosen(place)}`, { signal });
  page.changes.forEach((change) => place.onChange(entryOf(change)));
  place.after = page.revision;
  become("polling");
  await pause(signal, page.more ? 1 : 1000);
}

async function stream(place, signal, become) {
  const ended = new AbortController();
  const end = () => ended.abort();
  const whenHidden = () => document.hidden && end();
  signal.addEventListener("abort", end);
  document.addEventListener("visibilitychange", whenHidden);
  let timer = setTimeout(end, SILENCE);
  try {
    const response = await call("GET", `/v1/watch${chosen(place)}`, { signal: ended.signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE);
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        if (signal.aborted) return;
        const message = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? "{}");
        if (message.type === "gone") throw Object.assign(new Error(), { status: 410 });
        if (message.type === "synced") become("live");
        else if (message.type) place.onChange(entryOf(message));
        place.after = /^id: (.*)$/m.exec(block)?.[1] ?? place.after;
      }
    }
  } catch (failure) {
    if (failure.code === "busy") return poll(place, signal, become);
    if (!ended.signal.aborted) throw failure;
  } finally {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", whenHidden);
    end();
  }
}
