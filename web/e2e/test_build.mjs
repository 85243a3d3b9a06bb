// What is built: light, whole, with both languages and the licences of others.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { ROOT } from "./harness.mjs";

const dist = (name) => path.join(ROOT, "web/dist", name);
const manifest = () => JSON.parse(readFileSync(dist("manifest.json"), "utf8"));
const texts = (language) => JSON.parse(readFileSync(path.join(ROOT, `web/text/${language}.json`), "utf8"));

export async function test_script_and_style_are_light() {
  const bytes = (name) => statSync(dist(`${manifest()[name]}.gz`)).size;
  assert.deepEqual(Object.keys(manifest()).sort(), ["app.css", "finder.js", "map.js", "planner.js"]);
  for (const page of ["finder.js", "planner.js"]) {
    assert.ok(bytes(page) <= 20 * 1024, `${page}: ${bytes(page)} bytes before there is a map`);
    assert.ok(bytes(page) + bytes("map.js") <= 70 * 1024, `${page}: ${bytes(page)} and the map's ${bytes("map.js")} bytes`);
  }
  assert.ok(statSync(dist(`${manifest()["app.css"]}.gz`)).size <= 10 * 1024);
}

export async function test_compressed_twins_hold_the_same_bytes() {
  for (const name of Object.values(manifest())) {
    const plain = readFileSync(dist(name));
    assert.deepEqual(zlib.gunzipSync(readFileSync(dist(`${name}.gz`))), plain);
    assert.deepEqual(zlib.brotliDecompressSync(readFileSync(dist(`${name}.br`))), plain);
  }
}

export async function test_both_languages_have_the_same_keys_and_placeholders() {
  const [zh, en] = [texts("zh"), texts("en")];
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  const holes = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const key of Object.keys(zh)) assert.deepEqual(holes(zh[key]), holes(en[key]), key);
}

export async function test_licences_of_what_is_bundled_are_shipped() {
  const notices = readFileSync(dist("NOTICES.txt"), "utf8");
  for (const name of ["leaflet", "supercluster", "kdbush", "pbf", "@mapbox/vector-tile", "@mapbox/point-geometry"])
    assert.match(notices, new RegExp(`^${name} \\d`, "m"));
}

export async function test_a_list_is_read_without_the_script_of_the_map(test) {
  const page = await test.open("/?at=120.181,30.187");
  await page.waitForSelector("#results .card");
  await page.waitForLoadState("networkidle");
  assert.equal(test.asked.filter((url) => /\/static\/map\./.test(url)).length, 0);
  await page.click("#map-toggle");
  await page.waitForSelector("#map .marker");
  assert.equal(test.asked.filter((url) => /\/static\/map\./.test(url)).length, 1);
}

export async function test_first_view_is_at_most_200_kb_over_the_wire(test) {
  const page = await test.page();
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  await page.goto(`${test.served.url}/?at=120.181,30.187`);
  await page.waitForSelector("#results .card");
  await page.click("#map-toggle");
  await page.waitForSelector("#map .marker");
  await page.waitForLoadState("networkidle");
  assert.ok(bytes > 60 * 1024 && bytes <= 200 * 1024, `${bytes} bytes`);
}
