// What the browser tests stand on: a server of its own on a new sample store, one Chromium, and pages
// that are watched: what they ask for, what they say on the console.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const CHROMIUM = "/usr/bin/chromium";
export const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
export const REGION = "data/regions/binjiang/region.json";
/* Somewhere in the sample with facilities all around. */
export const POINT = { longitude: 120.18104, latitude: 30.18652 };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const DESK = { viewport: { width: 1280, height: 900 } };

export class Skip extends Error {}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Served {
  static async start(program, region = REGION) {
    const served = new Served();
    served.program = path.resolve(program);
    served.folder = mkdtempSync(path.join(os.tmpdir(), "tuoyu-web-"));
    served.store = path.join(served.folder, "store.db");
    execFileSync(served.program, ["init", "--store", served.store, "--region-file", region], { cwd: ROOT, stdio: "pipe" });
    served.port = await freePort();
    await served.run();
    return served;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async run() {
    this.process = spawn(this.program, ["serve", "--store", this.store, "--listen", `127.0.0.1:${this.port}`], {
      cwd: ROOT, stdio: ["ignore", "ignore", "pipe"],
    });
    this.said = "";
    this.process.stderr.on("data", (bytes) => (this.said += bytes));
    for (let i = 0; i < 600; i++) {
      if (await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false)) return;
      assert.equal(this.process.exitCode, null, this.said);
      await wait(100);
    }
    throw new Error(`not ready after 60 s: ${this.said}`);
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    const code = await ended;
    assert.doesNotMatch(this.said, /Sanitizer|runtime error:/);
    assert.equal(code, 0, this.said);
  }

  async close() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** An answer; a server that is busy computing is asked again, as the page does. */
  async get(address) {
    for (let turn = 0; ; turn++) {
      const answer = await fetch(this.url + address);
      if (answer.status !== 503 || turn === 30) return answer.json();
      await wait(500);
    }
  }

  async post(address, body) {
    const headers = { "Content-Type": "application/json" };
    return (await fetch(this.url + address, { method: "POST", headers, body: JSON.stringify(body) })).json();
  }
}

export async function launch(extra = []) {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...extra] });
}

/** What a test has. Every page it opens is watched; watched() says what was seen. */
export class Test {
  constructor(served, browser) {
    this.served = served;
    this.browser = browser;
    this.contexts = [];
    this.asked = [];
    this.complaints = [];
    this.expected = []; /* complaints that a test provokes */
  }

  async page(options = PHONE) {
    const context = await this.browser.newContext({ locale: "zh-CN", ...options });
    this.contexts.push(context);
    const page = await context.newPage();
    page.on("request", (request) => this.asked.push(request.url()));
    page.on("pageerror", (error) => this.complaints.push(`${error}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`${message.text()} ${message.location().url}`);
    });
    return page;
  }

  async open(address, options) {
    const page = await this.page(options);
    await page.goto(this.served.url + address);
    await page.waitForSelector("body.has-script", { timeout: 30000 });
    return page;
  }

  /** No other host, no position finer than 0.001 degree in any address, no birth month, no error. */
  watched() {
    for (const url of this.asked) {
      if (url.startsWith("blob:") || url.startsWith("data:")) continue;
      assert.equal(new URL(url).host, `127.0.0.1:${this.served.port}`, `asked another host: ${url}`);
      assert.doesNotMatch(url, /\d{2,3}\.\d{4,}/, `a fine position in ${url}`);
      assert.doesNotMatch(url, /born/, `a birth month in ${url}`);
    }
    const real = this.complaints.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
    assert.deepEqual(real, []);
  }

  async close() {
    for (const context of this.contexts) await context.close();
  }
}

export async function found(page) {
  await page.waitForSelector("body.has-script", { timeout: 30000 }); /* the list may be there before */
  await page.waitForSelector("#results .card, #results .empty", { timeout: 30000 });
  await page.waitForFunction(() => !document.body.hasAttribute("aria-busy"));
  return page.$$eval("#results .card", (cards) => cards.map((card) => card.dataset.id));
}
