// Take the README's pictures anew, of the sample region: its pages say themselves that it is invented.
// Look at them before they are committed.
//
//    pictures.mjs --program bin/tuoyu
import path from "node:path";
import { DESK, POINT, ROOT, Served, found, launch } from "./harness.mjs";

const FOLDER = path.join(ROOT, "web/screenshots");
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5 };
const QUALITY = 72;

/** The base map and the names on it have been drawn. */
async function drawn(page) {
  await page.waitForSelector("#map .leaflet-tile-loaded");
  await page.waitForFunction(() => [...document.querySelectorAll("#map .leaflet-tile")].every((tile) => tile.classList.contains("leaflet-tile-loaded")));
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(1500);
}

/** Three taps: my position, by the hour, a place free now. */
async function threeTaps(page) {
  await page.tap("button.locate");
  await found(page);
  await page.tap("label:has(input[name=care][value=hourly])");
  await found(page);
  await page.tap("label:has(input[name=open])");
  await page.waitForFunction(() => location.search.includes("open=1"));
  await found(page);
}

async function planned(page) {
  await page.waitForSelector("#planner-table:not([aria-busy]) .chosen");
  await page.waitForSelector("#map path.community");
  await drawn(page);
}

const PICTURES = {
  "parents-phone": { address: "/", options: { ...PHONE, geolocation: POINT, permissions: ["geolocation"] }, then: threeTaps },
  "parents-desk": { address: "/?at=120.181,30.187&care=hourly,drop_in", options: DESK, then: async (page) => (await found(page), drawn(page)) },
  "planners-phone": { address: "/planner", options: PHONE, then: planned },
  "planners-desk": { address: "/planner", options: DESK, then: planned },
};

const served = await Served.start(process.argv[process.argv.indexOf("--program") + 1]);
const browser = await launch();
try {
  for (const [name, { address, options, then }] of Object.entries(PICTURES)) {
    const page = await (await browser.newContext({ locale: "zh-CN", ...options })).newPage();
    await page.goto(served.url + address);
    await page.waitForSelector("body.has-script");
    await then(page);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: path.join(FOLDER, `${name}.jpg`), type: "jpeg", quality: QUALITY });
    console.log(`web/screenshots/${name}.jpg`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await served.close();
}
