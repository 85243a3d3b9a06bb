// A base map of others: 天地图 in the region's own coordinate system, served here by a stand-in, with
// everything that lies on it where that system has it.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DESK, REGION, ROOT, Served, found } from "./harness.mjs";

const KEY = "0123456789abcdef0123456789abcdef";
const HOST = "https://t0.tianditu.gov.cn";
const AT = { lon: 120.181, lat: 30.187 };
/* A grey picture of one pixel, which the browser stretches to a tile. */
const TILE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCB/V0uXgAAAABJRU5ErkJggg==", "base64");

/** A server of the sample with this base map. */
async function mapped(program, coordsys) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tuoyu-tianditu-"));
  cpSync(path.join(ROOT, path.dirname(REGION)), folder, { recursive: true });
  const file = path.join(folder, "region.json");
  const region = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...region, basemap: "tianditu", basemap_coordsys: coordsys, tianditu_key: KEY }));
  try {
    return await Served.start(program, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pixels of the world at a zoom. */
function pixelsOf([lon, lat], zoom) {
  const side = 256 * 2 ** zoom;
  return [((lon + 180) / 360) * side, ((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * side];
}

/** Where the middle of an element stands on the world, by the tiles around it. */
async function placeOf(page, selector) {
  return page.evaluate((what) => {
    const tile = document.querySelector("#map img.leaflet-tile");
    const asked = new URL(tile.src).searchParams;
    const [x, y, zoom] = ["TILECOL", "TILEROW", "TILEMATRIX"].map((name) => Number(asked.get(name)));
    const corner = tile.getBoundingClientRect();
    const box = document.querySelector(what).getBoundingClientRect();
    return { zoom, at: [x * 256 + box.left + box.width / 2 - corner.left, y * 256 + box.top + box.height / 2 - corner.top] };
  }, selector);
}

async function lies(test, served, coordsys) {
  const page = await test.page(DESK);
  const asked = [];
  await page.route(`${HOST}/**`, (route) => {
    asked.push(new URL(route.request().url()));
    return route.fulfill({ status: 200, contentType: "image/png", body: TILE });
  });
  await page.goto(`${served.url}/?at=${AT.lon},${AT.lat}`);
  const [first] = await found(page);
  await page.waitForSelector("#map img.leaflet-tile-loaded");
  await page.waitForSelector(`#map .marker[data-id="${first}"]`);
  const address = asked[0].searchParams;
  assert.equal(address.get("tk"), KEY);
  assert.equal(address.get("REQUEST"), "GetTile");
  assert.ok(asked.every((url) => url.origin === HOST));
  /* the API says where the facility stands in that system */
  const told = (await served.get(`/v1/facilities/${first}?coordsys=${coordsys}`)).geometry.coordinates;
  const marker = await placeOf(page, `#map .marker[data-id="${first}"]`);
  const expected = pixelsOf(told, marker.zoom);
  const off = Math.hypot(marker.at[0] - expected[0], marker.at[1] - expected[1]);
  assert.ok(off < 1.5, `${coordsys}: ${off.toFixed(1)} pixels from where it is`);
  const plain = pixelsOf((await served.get(`/v1/facilities/${first}`)).geometry.coordinates, marker.zoom);
  const moved = Math.hypot(plain[0] - expected[0], plain[1] - expected[1]);
  assert.ok(coordsys === "wgs84" ? moved === 0 : moved > 50, `${coordsys}: moved ${moved} pixels`);
  /* what is tapped is taken back to WGS 84: the point that a link holds does not wander */
  await page.click(".where > summary");
  await page.click("button.pick");
  const pin = await page.$eval("#map .pin", (one) => {
    const box = one.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  });
  await page.mouse.click(...pin);
  await page.waitForFunction(() => !document.body.classList.contains("picking"));
  assert.match(page.url(), new RegExp(`at=${AT.lon},${AT.lat}`));
}

export async function test_what_lies_on_a_base_map_of_others_follows_its_system(test) {
  for (const coordsys of ["wgs84", "gcj02", "bd09"]) {
    const served = await mapped(test.served.program, coordsys);
    try {
      await lies(test, served, coordsys);
    } finally {
      await test.close(); /* the page still draws: it goes before its server */
      test.contexts = [];
      await served.close();
    }
  }
  /* these pages asked other hosts than the one that watched() allows: their own, and the one of the map */
  const foreign = test.asked.filter((url) => !url.startsWith("http://127.0.0.1:") && !url.startsWith(HOST));
  assert.deepEqual(foreign, []);
  test.asked = [];
}
