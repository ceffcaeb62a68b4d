// The console in a browser, over real servers. Nothing waits for a time, only for what is shown.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  browse, button, connection, row, said, scenario, scratch, serve, Server, shots, until, value, valueIs,
} from "./harness.mjs";

const local = await serve("--backup-dir", join(scratch, "backups"));
const users = await serve("--users", process.env.KVAPP_USERS);

scenario("the root leads to the console, folders lead into each other, and a reload keeps the place", async (page) => {
  await local.put("browse/a/x", "in a folder");
  await local.put("browse/b", "beside it");
  const answer = await page.goto(local.base);
  assert.equal(page.url(), `${local.base}/console/`);
  assert.match(answer.headers()["content-security-policy"], /^default-src 'none'; script-src 'self';/);
  await row(page, "browse/").click();
  await row(page, "b").waitFor();
  await row(page, "a/").click();
  await row(page, "x").click();
  await valueIs(page, "in a folder");
  await page.reload();
  await valueIs(page, "in a folder");
  await row(page, "x").waitFor();
  await page.getByRole("navigation", { name: "Folder" }).getByRole("link", { name: "browse/" }).click();
  await row(page, "b").waitFor();
  await page.goBack();
  await row(page, "x").waitFor();
});

scenario("any key is shown, opened, saved and deleted, and nothing of it runs", async (page) => {
  const keys = {
    "odd/a//b": "a//b", "odd/..": "..", "odd/./x/": "./x/", "odd/%2F": "%2F", "odd/#?&=+": "#?&=+", "odd/ő": "ő",
    "odd/<img src=x onerror=document.title='run'>": "<img src=x onerror=document.title='run'>",
    "odd/ two  spaces ": "␣two  spaces␣", "odd/\u202eabc\n": "\\u{202e}abc\\u{a}", "..": "..", "//": "//",
  };
  for (const [key, name] of Object.entries(keys)) {
    await local.put(key, `<script>document.title='run'</script>${key}`);
    await browse(page, local, key.startsWith("odd/") ? "odd/" : "", "&by=");
    await row(page, name).click();
    await valueIs(page, `<script>document.title='run'</script>${key}`);
    await value(page).fill(`saved ${name}`);
    await button(page, "Save").click();
    // What was said of the key before may still be shown.
    await until(`${key} is saved`, async () => (await local.text(key)) === `saved ${name}`);
    const saved = await local.call("GET", `/v1/kv?key=${encodeURIComponent(key)}`);
    await said(page, `saved as revision ${saved.headers.get("ETag").replaceAll('"', "")}`);
    await button(page, "Delete…").click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await row(page, name).waitFor({ state: "detached" });
    await local.isGone(key);
  }
  assert.match(await page.title(), /KVApp/);
});

scenario("a key and a value that are not UTF-8 are shown as bytes, and changed as bytes", async (page) => {
  const path = "/v1/kv?key=bytes%2F%FF%00";
  await local.call("PUT", path, Uint8Array.of(0x00, 0xff, 0x41));
  await browse(page, local, "bytes/");
  await row(page, "\\xFF\\x00").click();
  const field = page.getByRole("textbox", { name: "Value in hexadecimal" });
  await until("the bytes are shown", async () => (await field.inputValue()) === "00 ff 41");
  await field.fill("00 ff 42 4");
  await button(page, "Save").click();
  await said(page, "not pairs of hexadecimal digits");
  await field.fill("00 ff 42 43");
  await button(page, "Save").click();
  await said(page, "saved as revision");
  const saved = new Uint8Array(await (await local.call("GET", path)).arrayBuffer());
  assert.deepEqual([...saved], [0x00, 0xff, 0x42, 0x43]);
  await button(page, "Delete…").click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await row(page, "\\xFF\\x00").waitFor({ state: "detached" });
  await local.call("GET", path, undefined, { status: 404 });
});

scenario("values keep their line ends, JSON its numbers", async (page) => {
  await local.put("forms/lines", "one\r\ntwo\r\n");
  await local.put("forms/mixed", "one\r\ntwo\n");
  await local.put("forms/json", '{"id":12345678901234567890,"none":{ },"list":[1,"a\\"{b"]}');
  await browse(page, local, "forms/");
  await row(page, "lines").click();
  await valueIs(page, "one\ntwo\n");
  await value(page).fill("one\ntwo\nthree");
  await page.keyboard.press("Control+s");
  await said(page, "saved as revision");
  assert.equal(await local.text("forms/lines"), "one\r\ntwo\r\nthree");
  await row(page, "mixed").click();
  await page.getByText("Its line ends are mixed").waitFor();
  assert.equal(await value(page).isEditable(), false);
  await row(page, "json").click();
  await button(page, "JSON").click();
  assert.equal(await page.locator("pre.value").textContent(),
    '{\n  "id": 12345678901234567890,\n  "none": {},\n  "list": [\n    1,\n    "a\\"{b"\n  ]\n}');
});

scenario("what others write meanwhile is shown beside what was typed", async (page) => {
  const conflict = page.getByRole("region", { name: "Conflict" });
  const edit = async (mine, meanwhile) => {
    await local.put("conflict/key", "first\nsecond\nthird");
    await browse(page, local, "conflict/", "&key=conflict%2Fkey");
    await valueIs(page, "first\nsecond\nthird");
    await value(page).fill(mine);
    await meanwhile();
    await button(page, "Save").click();
    await conflict.waitFor();
    assert.equal(await page.getByRole("textbox", { name: "My value" }).inputValue(), mine);
  };
  await edit("mine", () => local.put("conflict/key", "first\ntheirs\nthird"));
  assert.equal((await conflict.locator("pre").textContent()).trim(), "first\ntheirs\nthird");
  await page.screenshot({ path: join(shots, "conflict.png") });
  assert.equal(await local.text("conflict/key"), "first\ntheirs\nthird");
  await button(page, "Save mine").click();
  await said(page, "saved as revision");
  assert.equal(await local.text("conflict/key"), "mine");

  await edit("mine again", () => local.put("conflict/key", "theirs again"));
  await button(page, "Take theirs").click();
  await valueIs(page, "theirs again");
  assert.equal(await local.text("conflict/key"), "theirs again");

  await edit("mine", () => local.put("conflict/key", "theirs"));
  await page.getByRole("textbox", { name: "My value" }).fill("both");
  await button(page, "Save mine").click();
  await valueIs(page, "both");
  assert.equal(await local.text("conflict/key"), "both");

  await edit("mine", () => local.call("DELETE", "/v1/kv/conflict/key"));
  await conflict.getByText("Somebody else has deleted this entry").waitFor();
  await button(page, "Save mine").click();
  await valueIs(page, "mine");
  assert.equal(await local.text("conflict/key"), "mine");
}, { refusals: true });

scenario("a new entry is never written over one that is there", async (page) => {
  await browse(page, local, "new/");
  await page.keyboard.press("n");
  await page.getByLabel("Key, behind new/").fill("one");
  await value(page).fill("mine");
  await page.getByLabel("Time to live").fill("2");
  await page.getByLabel("Unit").selectOption("hours");
  await local.put("new/one", "theirs");
  await button(page, "Create").click();
  await page.getByRole("region", { name: "Conflict" }).waitFor();
  await button(page, "Save mine").click();
  await valueIs(page, "mine");
  const answer = await local.call("GET", "/v1/kv/new/one");
  const hours = (Date.parse(answer.headers.get("KVApp-Expires-At")) - Date.now()) / 3_600_000;
  assert.ok(hours > 1.9 && hours <= 2, `expires in ${hours} hours`);
}, { refusals: true });

scenario("a file is uploaded and comes back the same", async (page) => {
  const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) % 256));
  await local.put("file/a", "before");
  await browse(page, local, "file/", "&key=file%2Fa");
  await valueIs(page, "before");
  await page.getByLabel("Replace by a file…").setInputFiles({ name: "a.bin", mimeType: "image/png", buffer: content });
  await said(page, "saved as revision");
  const download = page.waitForEvent("download");
  await button(page, "Download").click();
  assert.deepEqual(readFileSync(await (await download).path()), content);
  assert.equal((await download).suggestedFilename(), "file_a");
});

scenario("a file that meets the change of somebody else is shown beside it", async (page) => {
  const conflict = page.getByRole("region", { name: "Conflict" });
  const upload = async () => {
    await local.put("upload/key", "first");
    await browse(page, local, "upload/", "&key=upload%2Fkey");
    await valueIs(page, "first");
    // What was typed is not replaced by what others write.
    await value(page).fill("typed");
    await local.put("upload/key", "theirs");
    await page.getByText("Somebody else has changed this entry").waitFor();
    await page.getByLabel("Replace by a file…").setInputFiles({
      name: "mine.txt", mimeType: "text/plain", buffer: Buffer.from("of the file") });
    await conflict.getByRole("region", { name: "Mine" }).getByText("mine.txt, 11 B").waitFor();
    assert.equal((await conflict.locator("pre").textContent()).trim(), "theirs");
    assert.equal(await local.text("upload/key"), "theirs");
  };
  await upload();
  await page.screenshot({ path: join(shots, "conflict-file.png") });
  await button(page, "Save mine").click();
  await valueIs(page, "of the file");
  assert.equal(await local.text("upload/key"), "of the file");

  await upload();
  await button(page, "Take theirs").click();
  await valueIs(page, "theirs");
  assert.equal(await local.text("upload/key"), "theirs");
}, { refusals: true });

scenario("a store that takes no writes says so on every page", async (page) => {
  const server = await new Server().start();
  const banner = page.getByRole("alert").filter({ hasText: "the store is read-only" });
  try {
    await server.put("a", "x");
    await browse(page, server, "", "&key=a");
    await valueIs(page, "x");
    assert.equal(await banner.count(), 0);
    server.breakStore();
    await banner.waitFor();
    await value(page).fill("y");
    await button(page, "Save").click();
    await said(page, "the store is read-only; the server's log says what to do");
    await page.screenshot({ path: join(shots, "read-only.png"), animations: "disabled" });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.screenshot({ path: join(shots, "read-only-narrow.png"), animations: "disabled" });
    assert.equal(await server.text("a"), "x");
    await page.goto(`${server.base}/console/#/overview`);
    await page.getByText("Writes a second").waitFor();
    await banner.waitFor();
    await server.stop();
    server.mendStore();
    await server.start();
    await banner.waitFor({ state: "detached" });
    await button(page, "Verify").click();
    await page.getByText(/entries verified: no faults/).waitFor();
  } finally {
    await server.stop();
  }
}, { refusals: true });

scenario("the time to live counts down, is set and removed, and the row goes with its entry", async (page) => {
  await local.put("ttl/lasting", "x");
  await local.put("ttl/short", "x", "&ttl=5s");
  await browse(page, local, "ttl/");
  const short = row(page, "short").locator(".note").first();
  await until("it counts down", async () => /^in [1-4]s$|expired/.test(await short.textContent({ timeout: 100 }).catch(() => "expired")));
  await row(page, "short").waitFor({ state: "detached" });
  await row(page, "lasting").click();
  await page.getByText("Expires never").waitFor();
  await page.getByLabel("Time to live").fill("30");
  await button(page, "Set").click();
  await page.getByText(/^in 29m \d+s$/).first().waitFor();
  assert.notEqual((await local.call("GET", "/v1/kv/ttl/lasting")).headers.get("KVApp-Expires-At"), null);
  await value(page).fill("y");
  await button(page, "Save").click();
  await said(page, "saved as revision");
  assert.notEqual((await local.call("GET", "/v1/kv/ttl/lasting")).headers.get("KVApp-Expires-At"), null);
  await button(page, "Never").click();
  await page.getByText("Expires never").waitFor();
  assert.equal((await local.call("GET", "/v1/kv/ttl/lasting")).headers.get("KVApp-Expires-At"), null);
});

scenario("rows come and go as they are written, and a restart of the server is made up for", async (page, t) => {
  const server = await new Server().start();
  try {
    await server.put("live/first", "x");
    await browse(page, server, "live/");
    await row(page, "first").waitFor();
    const begin = performance.now();
    await server.put("live/second", "x");
    await row(page, "second").waitFor();
    t.diagnostic(`a row shows after ${Math.round(performance.now() - begin)} ms`);
    await server.put("live/folder/x", "x");
    await row(page, "folder/").waitFor();
    await server.call("DELETE", "/v1/kv/live/folder/x");
    await row(page, "folder/").waitFor({ state: "detached" });

    await server.stop();
    await connection(page, "Offline");
    await server.start();
    await server.put("live/third", "x");
    await server.call("DELETE", "/v1/kv/live/first");
    await row(page, "third").waitFor();
    await row(page, "first").waitFor({ state: "detached" });
    await connection(page, "Live");
    await server.put("live/fourth", "x");
    await row(page, "fourth").waitFor();
  } finally {
    await server.stop();
  }
}, { refusals: true });

scenario("the last changes are shown, and wait while they are paused", async (page) => {
  await local.put("changes/a", "x");
  await page.goto(`${local.base}/console/#/changes?prefix=changes%2F`);
  const lines = page.locator("tbody tr");
  await lines.filter({ hasText: "changes/a" }).waitFor();
  await connection(page, "Live");
  await local.call("DELETE", "/v1/kv/changes/a");
  await lines.filter({ hasText: "delete" }).waitFor();
  await button(page, "Pause").click();
  await local.put("changes/b", "x");
  await button(page, "Go on").click();
  await lines.first().filter({ hasText: "changes/b" }).waitFor();
  assert.equal(await lines.count(), 3);
});

const signIn = async (page, user, password = `${user}'s password`) => {
  await page.getByLabel("User").fill(user);
  await page.getByLabel("Password").fill(password);
  await button(page, "Sign in").click();
};

const entries = { Authorization: "" };

async function asAdmin() {
  if (entries.Authorization === "") {
    const body = JSON.stringify({ user: "ann", password: "ann's password" });
    entries.Authorization = `Bearer ${(await (await users.call("POST", "/v1/auth", body)).json()).token}`;
    await users.call("PUT", "/v1/kv/app/one", "x", entries);
    await users.call("PUT", "/v1/kv/app/in/two", "x", entries);
    await users.call("PUT", "/v1/kv/other", "x", entries);
  }
}

scenario("a wrong password is told, a right one opens, and the session ends with the window", async (page) => {
  await asAdmin();
  await page.goto(`${users.base}/console/#/browse?prefix=app%2F`);
  await signIn(page, "ann", "wrong");
  await page.getByRole("alert").waitFor();
  await page.screenshot({ path: join(shots, "sign-in.png") });
  await signIn(page, "ann");
  await row(page, "one").waitFor();
  assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie, sessionStorage.length]), [0, "", 1]);
  await page.reload();
  await row(page, "one").waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await button(page, "Compact").waitFor();
  await button(page, "Sign out").click();
  await page.getByLabel("Password").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.equal(await page.getByText("one", { exact: true }).count(), 0);
}, { refusals: true });

scenario("a token is renewed while the page is used", async (page) => {
  await asAdmin();
  await page.goto(`${users.base}/console/#/browse?prefix=app%2F`);
  await signIn(page, "ann");
  await row(page, "one").waitFor();
  const token = () => page.evaluate(() => JSON.parse(sessionStorage["kvapp-session"]).token);
  const first = await token();
  // The token of a page that has been there for most of its life.
  await page.evaluate(() => {
    const kept = JSON.parse(sessionStorage["kvapp-session"]);
    sessionStorage["kvapp-session"] = JSON.stringify({ ...kept, issued: kept.issued - 0.9 * kept.lifetime });
  });
  await page.reload();
  await row(page, "one").waitFor();
  await page.keyboard.press("Shift");
  await until("the token is another", async () => (await token()) !== first);
}, { refusals: true });

scenario("a session that ends asks for the password, and goes on where it was", async (page) => {
  const server = await new Server("--users", process.env.KVAPP_USERS).start();
  try {
    await page.goto(`${server.base}/console/#/browse?prefix=app%2F`);
    await signIn(page, "ann");
    await connection(page, "Live");
    await server.stop();
    // Its key is another, so that no token of before is valid.
    await server.forget().start();
    await page.getByText("Your session has ended").waitFor();
    await signIn(page, "ann");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("navigation", { name: "Folder" }).getByText("app/").waitFor();
    await connection(page, "Live");
  } finally {
    await server.stop();
  }
}, { refusals: true });

scenario("nobody sees what would be refused to them", async (page) => {
  await asAdmin();
  await page.goto(`${users.base}/console/#/browse?prefix=app%2F`);
  await signIn(page, "rea");
  await row(page, "one").click();
  await valueIs(page, "x");
  assert.equal(await value(page).isEditable(), false);
  for (const name of ["New entry", "Delete folder…", "Save", "Delete…", "Set"]) {
    assert.equal(await button(page, name).count(), 0, name);
  }
  assert.equal(await page.getByRole("link", { name: "Overview" }).count(), 0);
  await page.getByRole("link", { name: "All keys" }).click();
  await row(page, "app/").waitFor();
  await page.getByText("as far as granted").waitFor();
  assert.equal(await row(page, "other").count(), 0);
  await button(page, "Sign out").click();
  await signIn(page, "mona");
  await page.getByText("Writes a second").waitFor();
  assert.deepEqual(await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents(), ["Overview"]);
  assert.equal(await button(page, "Compact").count(), 0);
}, { refusals: true });

scenario("of 10,000 keys a page of 100 is loaded, and few rows are drawn", async (page, t) => {
  const lines = Array.from({ length: 10_000 }, (_, index) =>
    JSON.stringify({ key: `many/${String(index).padStart(5, "0")}`, value: "x".repeat(20) }));
  await local.call("POST", "/v1/import", lines.join("\n"));
  await browse(page, local);
  const lists = [];
  page.on("request", (request) => request.url().includes("/v1/kv?") && lists.push(request.url()));
  const begin = performance.now();
  await row(page, "many/").click();
  await row(page, "00000").waitFor();
  t.diagnostic(`the first page shows after ${Math.round(performance.now() - begin)} ms`);
  assert.equal(lists.length, 1);
  assert.match(lists[0], /limit=100&keys_only=true/);
  await page.getByText("100 keys, 0 folders, more on the server").waitFor();
  for (let loaded = 200; loaded <= 500; loaded += 100) {
    await button(page, "Load 100 more").click();
    await page.getByText(`${loaded} keys, 0 folders`).waitFor();
  }
  const drawn = await page.locator(".item").count();
  assert.ok(drawn < 60, `${drawn} rows are drawn`);
  await page.getByLabel("Contains").fill("0049");
  await page.getByText("11 found in the 500 keys, 0 folders loaded").waitFor();
  await page.getByLabel("Prefix").fill("many/0999");
  await row(page, "9").waitFor();
  assert.equal(await page.locator(".item").count(), 10);
});

scenario("a value of 16 MiB is a preview and a download", async (page) => {
  await local.put("big/value", Buffer.alloc(16 << 20, "0123456789abcdef"));
  await local.put("big/line", "x".repeat(250_000));
  await browse(page, local, "big/", "&key=big%2Fvalue");
  await page.getByText("The value has 16 MiB").waitFor();
  assert.equal((await value(page).inputValue()).length, 16 << 10);
  assert.equal(await value(page).isEditable(), false);
  const download = page.waitForEvent("download");
  await button(page, "Download").click();
  assert.equal(statSync(await (await download).path()).size, 16 << 20);
  await row(page, "line").click();
  await until("the line is shown", async () => (await value(page).inputValue()).length === 250_000);
  assert.equal(await value(page).isEditable(), true);
});

scenario("a folder is deleted once its prefix is typed, and nothing beside it", async (page) => {
  for (const key of ["a", "b", "c/d"]) await local.put(`bin/test/${key}`, "x");
  await local.put("bin/test2/a", "x");
  await local.put("bin/test", "x");
  await browse(page, local, "bin/test/");
  await button(page, "Delete folder…").click();
  const remove = button(page, "Delete 3 keys");
  await remove.waitFor();
  assert.equal(await remove.isDisabled(), true);
  const typed = page.getByLabel("Type the prefix to go on");
  await typed.fill("bin/test");
  assert.equal(await remove.isDisabled(), true);
  await typed.fill("bin/test/");
  await remove.click();
  await said(page, "3 keys deleted in bin/test/");
  const { entries: left } = await (await local.call("GET", "/v1/kv?prefix=bin/")).json();
  assert.deepEqual(left.map(({ key }) => key), ["bin/test", "bin/test2/a"]);
  await row(page, "test2/").waitFor();
  await row(page, "test/").waitFor({ state: "detached" });
});

scenario("seven tabs follow the same folder", async (page) => {
  await local.put("tabs/first", "x");
  const pages = [page];
  while (pages.length < 7) pages.push(await page.context().newPage());
  for (const each of pages) {
    await each.goto(`${local.base}/console/#/browse?prefix=tabs%2F`);
    await row(each, "first").waitFor();
    await each.getByRole("status", { name: "Connection" }).getByText(/^Live/).waitFor();
  }
  await local.put("tabs/second", "x");
  for (const each of pages) await row(each, "second").waitFor();
  const { server } = await (await local.call("GET", "/v1/stats")).json();
  assert.ok(server.watchers <= 4, `${server.watchers} streams`);
});

scenario("everything can be done with the keyboard", async (page) => {
  await local.put("keys/a/x", "x");
  await local.put("keys/b", "value of b");
  await browse(page, local, "keys/");
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("new entry").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("listbox").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await valueIs(page, "value of b");
  await page.keyboard.press("Escape");
  await page.getByText("Choose a key, or press ? for help").waitFor();
  await page.getByRole("listbox").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await row(page, "x").waitFor();
  await page.getByRole("listbox").focus();
  await page.keyboard.press("Backspace");
  await row(page, "b").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("a");
  await row(page, "a/").or(page.getByText("No keys here.")).waitFor();
  assert.equal(await page.getByLabel("Prefix").evaluate((element) => element === document.activeElement), true);
});

scenario("an admin verifies, compacts and backs up", async (page) => {
  await page.goto(`${local.base}/console/#/overview`);
  const result = page.locator("section").filter({ hasText: "Operations" }).getByRole("status");
  await button(page, "Verify").click();
  await result.getByText(/entries verified: no faults/).waitFor();
  await button(page, "Compact").click();
  await result.getByText("Compacted.").waitFor();
  await page.getByLabel("Name of the backup").fill("monday");
  await button(page, "Back up").click();
  await result.getByText(/^Backup monday: /).waitFor();
});

// Screenshots, of a store as it may look

const sample = await serve();

async function fill() {
  const values = {
    "config/app.json": '{"name":"shop","workers":8,"features":{"search":true,"beta":["ann","joe"]},"limits":{"rate":100,"burst":250}}',
    "config/db.json": '{"url":"db.example.org","pool":16}', "config/motd": "Welcome back.\n", "flags/dark-mode": "on", "hits": "48213",
    "users/ann": '{"mail":"ann@example.org"}', "users/joe": '{"mail":"joe@example.org"}', "queue/2026-11/0001": "x",
  };
  for (const [key, text] of Object.entries(values)) await sample.put(key, text);
  for (let index = 0; index < 12; index++) await sample.put(`session:${4200 + index * 7}`, "anna", `&ttl=${20 + index}h`);
  await sample.put("logo.png", Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * index * 31) % 256)));
}

for (const [name, settings] of Object.entries({
  light: { colorScheme: "light" }, dark: { colorScheme: "dark" },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 740 } },
})) {
  scenario(`screenshots, ${name}`, async (page) => {
    await fill();
    const shot = async (what) => {
      const [width, most] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(width <= most, `${what} is ${width} wide, of ${most}`);
      await page.screenshot({ path: join(shots, `${what}-${name}.png`), animations: "disabled" });
    };
    await browse(page, sample);
    await row(page, "hits").waitFor();
    await shot("list");
    await browse(page, sample, "", "&key=config%2Fapp.json");
    await button(page, "JSON").click();
    await page.getByLabel("Value as JSON").waitFor();
    await shot("entry");
    await browse(page, sample, "", "&key=logo.png");
    await page.getByLabel("Value in hexadecimal").waitFor();
    await shot("bytes");
    await page.goto(`${sample.base}/console/#/changes`);
    await page.locator("tbody tr").first().waitFor();
    await shot("changes");
    await page.goto(`${sample.base}/console/#/overview`);
    await page.getByText("Recovery at the last start").waitFor();
    await shot("overview");
  }, settings);
}
