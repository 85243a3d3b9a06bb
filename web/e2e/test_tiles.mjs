// The base map: its tiles as the reader that the page uses finds them, and the page that draws them.
import assert from "node:assert/strict";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { DESK, POINT } from "./harness.mjs";

function tileOf({ longitude, latitude }, z) {
  const side = 2 ** z;
  const angle = (latitude * Math.PI) / 180;
  return { z, x: Math.floor(((longitude + 180) / 360) * side), y: Math.floor(((1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2) * side) };
}

export async function test_tiles_read_back_as_tilejson_says(test) {
  const told = await test.served.get("/v1/tiles/base.json");
  const fields = new Map(told.vector_layers.map((layer) => [layer.id, layer.fields]));
  const seen = new Set();
  for (let zoom = told.minzoom; zoom <= told.maxzoom; zoom++) {
    const { z, x, y } = tileOf(POINT, zoom);
    const answer = await fetch(told.tiles[0].replace("{z}", z).replace("{x}", x).replace("{y}", y));
    assert.equal(answer.status, 200, `zoom ${zoom}`);
    assert.equal(answer.headers.get("content-type"), "application/vnd.mapbox-vector-tile");
    const tile = new VectorTile(new PbfReader(new Uint8Array(await answer.arrayBuffer())));
    for (const [name, layer] of Object.entries(tile.layers)) {
      assert.ok(fields.has(name), name);
      assert.equal(layer.version, 2);
      seen.add(name);
      for (let i = 0; i < layer.length; i++) {
        const feature = layer.feature(i);
        assert.ok(feature.loadGeometry().length > 0);
        for (const [key, value] of Object.entries(feature.properties)) assert.equal(typeof value, fields.get(name)[key]?.toLowerCase(), `${name}.${key}`);
        const [west, south, east, north] = told.bounds;
        for (const [lon, lat] of feature.toGeoJSON(x, y, z).geometry.coordinates.flat(3).reduce((pairs, n, k, all) => (k % 2 ? pairs : [...pairs, [n, all[k + 1]]]), [])) {
          const slack = 360 / 2 ** z / 256; /* a pixel */
          assert.ok(lon >= west - slack && lon <= east + slack && lat >= south - slack && lat <= north + slack, `${name} ${lon} ${lat}`);
        }
      }
    }
  }
  for (const name of ["streets", "water", "green", "buildings"]) assert.ok(seen.has(name), name);
}

/** How many colours a canvas of the base map has where it is drawn. */
const coloursOf = (page) =>
  page.evaluate(() => {
    const colours = new Set();
    for (const canvas of document.querySelectorAll("#map .leaflet-tile-pane canvas.leaflet-tile")) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4) if (data[i + 3]) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
    }
    return [...colours];
  });

export async function test_pages_draw_the_base_map_in_light_and_dark(test) {
  for (const address of ["/?at=120.181,30.187", "/planner"]) {
    const drawn = [];
    for (const colorScheme of ["light", "dark"]) {
      const page = await test.open(address, { ...DESK, colorScheme });
      await page.waitForSelector("#map .leaflet-tile-loaded", { timeout: 30000 });
      await page.waitForLoadState("networkidle");
      const colours = await coloursOf(page);
      assert.ok(colours.length > 10, `${address} ${colorScheme}: ${colours.length} colours`);
      drawn.push(new Set(colours));
      assert.equal(await page.locator(".map-note").count(), 0, "no note that the base is missing");
      if (process.env.TILE_PICTURES) await page.screenshot({ path: `${process.env.TILE_PICTURES}/base${address.length}-${colorScheme}.png` });
    }
    const both = [...drawn[0]].filter((colour) => drawn[1].has(colour)).length;
    assert.ok(both < drawn[0].size / 2, `${address}: dark is drawn in the colours of light`);
  }
}
