// What the tests of the console are made of: servers, another client, and pages that are watched.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { after, before } from "node:test";
import { chromium } from "playwright-core";

const PATIENCE = 30_000;

/** Where screenshots go. */
export const shots = process.env.KVAPP_SHOTS;
export const scratch = mkdtempSync(join(process.env.KVAPP_SCRATCH, "console-"));
const java = JSON.parse(process.env.KVAPP_JAVA);

/** A server of its own process; a restart keeps its port and its data. */
export class Server {
  constructor(...options) {
    this.options = options;
    this.data = mkdtempSync(join(scratch, "data-"));
    this.port = 0;
  }

  /** Has the next start begin with an empty folder. */
  forget() {
    this.data = mkdtempSync(join(scratch, "data-"));
    return this;
  }

  /** Takes the data folder away under the running server, which takes no writes from then on. */
  breakStore() {
    renameSync(this.data, `${this.data}-away`);
  }

  /** Puts the folder back; the next start is as if nothing had been. */
  mendStore() {
    renameSync(`${this.data}-away`, this.data);
  }

  async start() {
    const [command, ...before] = java;
    this.process = spawn(command, [
      ...before, "serve", "--port", String(this.port), "--data", this.data, ...this.options,
    ], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: this.process.stdout })) {
      this.port = Number(/listens on .*:(\d+)$/.exec(line)?.[1] ?? this.port);
      if (line.startsWith("Stop it")) break;
    }
    assert.notEqual(this.port, 0, "the server has not started");
    this.base = `http://localhost:${this.port}`;
    return this;
  }

  async stop() {
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    await ended;
  }

  /** A request of another client; fails unless it is answered with 2xx, or the status that is named. */
  async call(method, path, body, { status, ...headers } = {}) {
    const answer = await fetch(this.base + path, { method, body, headers });
    if (status === undefined) assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    else assert.equal(answer.status, status, `${method} ${path}`);
    return answer;
  }

  put = (key, value, parameters = "") =>
    this.call("PUT", `/v1/kv?key=${encodeURIComponent(key)}${parameters}`, value);

  text = async (key) => (await this.call("GET", `/v1/kv?key=${encodeURIComponent(key)}`)).text();

  isGone = (key) => this.call("GET", `/v1/kv?key=${encodeURIComponent(key)}`, undefined, { status: 404 });
}

let browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.KVAPP_CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});

const servers = [];

after(async () => {
  await browser?.close();
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(scratch, { recursive: true, force: true });
});

/** A server that is stopped after the tests. */
export async function serve(...options) {
  const server = await new Server(...options).start();
  servers.push(server);
  return server;
}

/** The faults that browsers report for answers that a test asks for. */
const REFUSED = /^Failed to load resource: (the server responded with a status of [45]|net::ERR_)/;

/**
 * A test with a window of its own. It fails if a page asks another origin for something, or if its
 * console reports a fault: of a script, or of the content security policy.
 */
export function scenario(name, run, { refusals = false, ...settings } = {}) {
  test(name, { timeout: 120_000 }, async (t) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...settings,
    });
    context.setDefaultTimeout(PATIENCE);
    const faults = [];
    context.on("page", (page) => {
      page.on("pageerror", (fault) => faults.push(fault.stack));
      page.on("console", (message) => {
        const text = message.text();
        if (message.type() === "error" && !(refusals && REFUSED.test(text))) faults.push(text);
      });
    });
    context.on("request", (request) => {
      if (!/^(http:\/\/localhost:|blob:http:\/\/localhost:|data:)/.test(request.url())) faults.push(request.url());
    });
    try {
      const page = await context.newPage();
      await run(page, t);
    } catch (failure) {
      const pages = context.pages();
      await pages[0]?.screenshot({ path: join(shots, `failed ${name.replace(/\W+/g, " ")}.png`) }).catch(() => {});
      throw failure;
    } finally {
      await context.close();
    }
    assert.deepEqual(faults, []);
  });
}

/** Waits until something holds. */
export async function until(what, holds) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const last = await holds();
    if (last) return last;
    if (Date.now() > end) assert.fail(`not within ${PATIENCE} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

// What a page shows

const encoded = (key) => encodeURIComponent(key);

export async function browse(page, server, prefix = "", more = "") {
  await page.goto(`${server.base}/console/#/browse?prefix=${encoded(prefix)}${more}`);
  await connection(page, "Live");
}

export const connection = (page, state) =>
  page.getByRole("status", { name: "Connection" }).getByText(state, { exact: true }).waitFor();

/** The row of a key, by what is shown of it. */
export const row = (page, name) =>
  page.getByRole("option").filter({ has: page.locator(".name").getByText(name, { exact: true }) });

export const value = (page) => page.getByRole("textbox", { name: "Value", exact: true });
export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const said = (page, text) => page.locator(".message").filter({ hasText: text }).last().waitFor();

export const valueIs = (page, text) =>
  until(`the value is ${text}`, async () => (await value(page).inputValue()) === text);
