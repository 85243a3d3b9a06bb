// Everybody: axe-core finds nothing on any page in any state, Lighthouse gives 100; and pictures to look at.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import lighthouse from "lighthouse";
import { DESK, PHONE, ROOT, found, launch } from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AT = "at=120.181,30.187";
/* The pictures are for people: look at them after a change. */
const PICTURES = path.join(ROOT, "build/screenshots");

async function opened(page) {
  if (await page.locator("#map-toggle").isVisible()) await page.click("#map-toggle");
  await page.waitForSelector("#map.leaflet-container");
}

const STATES = {
  home: { address: "/" },
  list: { address: `/?${AT}`, then: found },
  map: { address: `/?${AT}&care=hourly`, then: async (page) => (await found(page), opened(page)) },
  empty: { address: `/?${AT}&care=drop_in&day=sun&hours=0300-0400`, then: found },
  trouble: { address: "/?at=120.125,30.235", then: (page) => page.waitForSelector("#trouble:not([hidden])") },
  picking: { address: "/", then: (page) => page.click("button.pick") },
  compare: {
    address: `/?${AT}&minutes=60`,
    then: async (page) => {
      for (const id of (await found(page)).slice(0, 3)) await page.check(`.card[data-id="${id}"] .compare-choice input`);
      await page.click(".compare-bar button.primary");
    },
  },
  planner: { address: "/planner", then: (page) => page.waitForSelector("#map path") },
  community: { address: "/planner?pick=330108001001", then: (page) => page.waitForSelector("#community-panel table.cares") },
  facility: { address: "/facilities/bj-0043" },
  about: { address: "/about" },
};

async function violations(page) {
  /* through the debugger's own world: the page's policy admits no script of others */
  await page.evaluate(AXE);
  const { violations: all } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return all.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`));
}

async function everyState(test, language, name, options) {
  test.expected.push(/Failed to load resource/);
  mkdirSync(PICTURES, { recursive: true });
  const wrong = [];
  for (const [state, { address, then }] of Object.entries(STATES)) {
    const page = await test.page(options);
    await page.goto(`${test.served.url}${address}${address.includes("?") ? "&" : "?"}lang=${language}`);
    if (then) await then(page);
    await page.waitForLoadState("networkidle");
    for (const one of await violations(page)) wrong.push(`${state}: ${one}`);
    await page.screenshot({ path: path.join(PICTURES, `${state}-${name}-${language}.png`), fullPage: name.startsWith("desk") });
    await page.context().close();
  }
  assert.deepEqual(wrong, []);
}

const dark = (options) => ({ ...options, colorScheme: "dark" });
export const test_axe_phone_light = (test) => everyState(test, "zh", "phone-light", PHONE);
export const test_axe_phone_dark = (test) => everyState(test, "en", "phone-dark", dark(PHONE));
export const test_axe_desk_light = (test) => everyState(test, "en", "desk-light", DESK);
export const test_axe_desk_dark = (test) => everyState(test, "zh", "desk-dark", dark(DESK));

export async function test_targets_are_large_enough(test) {
  const page = await test.open(`/?${AT}`, PHONE);
  await found(page);
  await opened(page);
  const small = await page.$$eval("button, select, summary, input:not([type=hidden])", (all) =>
    all.filter((one) => one.checkVisibility())
      .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
      .filter(([html]) => !html.includes('type="checkbox"')) /* their labels are the targets */
      .map(([html, box]) => `${html} ${box.width}×${box.height}`));
  assert.deepEqual(small, []);
}

export async function test_lighthouse_gives_100(test) {
  const port = 20000 + (process.pid % 20000);
  const browser = await launch([`--remote-debugging-port=${port}`]);
  /* a server that was built without tiles tells the console so, and nothing else is excused */
  const tiles = await fetch(`${test.served.url}/v1/tiles/base.json`);
  const skipAudits = tiles.status === 404 ? ["errors-in-console"] : [];
  try {
    for (const address of ["/", "/planner", "/facilities/bj-0043"]) {
      const { lhr } = await lighthouse(test.served.url + address, {
        port, logLevel: "error", onlyCategories: ["accessibility", "best-practices", "seo"], skipAudits,
      });
      for (const [name, { score, auditRefs }] of Object.entries(lhr.categories)) {
        const failed = auditRefs.filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1);
        assert.equal(score, 1, `${address} ${name}: ${failed.map(({ id }) => `${id} ${JSON.stringify(lhr.audits[id].details?.items ?? "").slice(0, 400)}`).join("; ")}`);
      }
    }
  } finally {
    await browser.close();
  }
}
