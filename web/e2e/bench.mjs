// Measure the page, under Lighthouse's mobile preset (1.6 Mbit/s, 150 ms, a processor four times as slow):
// Lighthouse's performance with what it is made of, and the time to the first useful list, cold and on a
// loaded page. Prints medians of ROUNDS (default 5), and what the machine was like meanwhile: the score
// is one of a quiet machine or it is none.
//
//    bench.mjs --program bin/tuoyu
import { execFileSync } from "node:child_process";
import os from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import lighthouse from "lighthouse";
import { CHROMIUM, PHONE, ROOT, Served, launch } from "./harness.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const PATIENCE_MS = 120_000;
const TRIES = 3; /* of a browser that dies or says nothing */
/* The preset, applied for real; Lighthouse computes it from what it saw. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const SLOWER = 4;
const AT = "/?at=120.181,30.187&care=hourly";
const PARTS = {
  FCP: "first-contentful-paint",
  LCP: "largest-contentful-paint",
  SI: "speed-index",
  TBT: "total-blocking-time",
  CLS: "cumulative-layout-shift",
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const output = (program, ...args) => {
  try {
    return execFileSync(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
  } catch {
    return "unknown";
  }
};

/** What `measure` gives of a new browser; a browser that died, or a page that says nothing, is tried again. */
async function measured(what, measure) {
  for (let turn = 1; ; turn++) {
    const port = 20000 + ((process.pid + turn * 101) % 20000);
    const browser = await launch([`--remote-debugging-port=${port}`]);
    const stop = new AbortController();
    try {
      const late = wait(PATIENCE_MS, null, { signal: stop.signal }).then(() => {
        throw new Error(`nothing after ${PATIENCE_MS / 1000} s`);
      });
      late.catch(() => {});
      return await Promise.race([measure(browser, port), late]);
    } catch (failure) {
      if (turn === TRIES) throw new Error(`${what}: ${failure.message}`, { cause: failure });
      console.error(`  ${what}, once more: ${failure.message.split("\n")[0]}`);
    } finally {
      stop.abort();
      await browser.close().catch(() => {});
    }
  }
}

async function lighthouseOf(address, port) {
  const { lhr } = await lighthouse(address, { port, logLevel: "error", onlyCategories: ["performance"] });
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  const parts = Object.fromEntries(Object.entries(PARTS).map(([name, id]) => [name, lhr.audits[id].numericValue]));
  const long = lhr.audits["long-tasks"].details?.items ?? [];
  return {
    score: Math.round(lhr.categories.performance.score * 100),
    ...parts,
    long: long.length,
    longest: Math.max(0, ...long.map(({ duration }) => duration)),
    bytes: lhr.audits["total-byte-weight"].numericValue,
    machine: lhr.environment.benchmarkIndex,
  };
}

async function list(browser, url) {
  const page = await (await browser.newContext(PHONE)).newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", NETWORK);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const started = Date.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.waitForSelector("#results .card .offer-open");
  const cold = Date.now() - started;
  await page.waitForSelector("body.has-script");
  await page.waitForLoadState("networkidle");
  /* from a tap to the new list, painted */
  const warm = await page.evaluate(() => new Promise((resolve) => {
    const begun = performance.now();
    const results = document.getElementById("results");
    const before = results.querySelector(".card");
    new MutationObserver((_, watcher) => {
      if (results.querySelector(".card") === before) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(Math.round(performance.now() - begun)), 0));
    }).observe(results, { childList: true, subtree: true });
    document.querySelector("[name=care][value=full_day]").click();
  }));
  return { cold, warm };
}

async function rounds(what, measure) {
  const all = [];
  for (let i = 0; i < ROUNDS; i++) all.push(await measured(what, measure));
  return (name) => all.map((one) => one[name]);
}

const told = (values, digits = 0) => `${median(values).toFixed(digits)} of ${values.map((one) => one.toFixed(digits)).join(", ")}`;

console.log(`machine: ${os.cpus()[0]?.model ?? "unknown"}, ${os.cpus().length} processors, load ${os.loadavg().map((one) => one.toFixed(1)).join(" ")}`);
console.log(`browser: ${output(CHROMIUM, "--version")}; commit ${output("git", "rev-parse", "--short", "HEAD")}; medians of ${ROUNDS}`);
const served = await Served.start(process.argv[process.argv.indexOf("--program") + 1]);
try {
  for (const address of ["/", AT, "/planner"]) {
    const of = await rounds(address, (_, port) => lighthouseOf(served.url + address, port));
    console.log(`Lighthouse performance of ${address}: median ${told(of("score"))} (at least 95)`);
    for (const name of Object.keys(PARTS)) console.log(`    ${name} ${told(of(name), name === "CLS" ? 3 : 0)}${name === "CLS" ? "" : " ms"}`);
    console.log(`    long tasks ${told(of("long"))}, the longest ${told(of("longest"))} ms; ${median(of("bytes"))} bytes`);
    console.log(`    benchmark index of the machine ${told(of("machine"))}`);
  }
  const of = await rounds("the list", (browser) => list(browser, served.url + AT));
  console.log(`first useful list, cold: median ${told(of("cold"))} ms (at most 2500)`);
  console.log(`first useful list, on a loaded page: median ${told(of("warm"))} ms (at most 1000)`);
  console.log(`load at the end: ${os.loadavg()[0].toFixed(1)}`);
} finally {
  await served.close();
}
