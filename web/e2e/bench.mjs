// Measure the page: Lighthouse's performance under its mobile preset (median of 5), and the time to the
// first useful list, cold and on a loaded page, under the same network and processor.
//
//    bench.mjs --program bin/tuoyu
import lighthouse from "lighthouse";
import { PHONE, Served, found, launch } from "./harness.mjs";

const ROUNDS = 5;
/* Lighthouse's mobile preset, applied for real: 1.6 Mbit/s, 150 ms, a processor four times as slow. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const SLOWER = 4;
const AT = "/?at=120.181,30.187&care=hourly";

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const told = (name, values, bound) =>
  console.log(`${name}: median ${median(values)} of ${values.join(", ")} (${bound})`);

const served = await Served.start(process.argv[process.argv.indexOf("--program") + 1]);
const port = 20000 + (process.pid % 20000);
const browser = await launch([`--remote-debugging-port=${port}`]);
try {
  for (const address of ["/", AT, "/planner"]) {
    const scores = [];
    for (let i = 0; i < ROUNDS; i++) {
      const { lhr } = await lighthouse(served.url + address, { port, logLevel: "error", onlyCategories: ["performance"] });
      scores.push(Math.round(lhr.categories.performance.score * 100));
    }
    told(`Lighthouse performance of ${address}`, scores, "at least 95");
  }
  const cold = [];
  const warm = [];
  for (let i = 0; i < ROUNDS; i++) {
    const context = await browser.newContext(PHONE);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", NETWORK);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    let started = Date.now();
    await page.goto(served.url + AT, { waitUntil: "commit" });
    await page.waitForSelector("#results .card .offer-open");
    cold.push(Date.now() - started);
    await found(page);
    await page.waitForLoadState("networkidle");
    /* from a tap to the new list, told by its status */
    warm.push(await page.evaluate(() => new Promise((resolve) => {
      const begun = performance.now();
      const results = document.getElementById("results");
      const before = results.querySelector(".card");
      new MutationObserver((_, watcher) => {
        if (results.querySelector(".card") === before) return;
        watcher.disconnect();
        requestAnimationFrame(() => resolve(Math.round(performance.now() - begun)));
      }).observe(results, { childList: true, subtree: true });
      document.querySelector("[name=care][value=full_day]").click();
    })));
    await context.close();
  }
  told("first useful list, cold, ms", cold, "at most 2500");
  told("first useful list, on a loaded page, ms", warm, "at most 1000");
} finally {
  await browser.close();
  await served.close();
}
