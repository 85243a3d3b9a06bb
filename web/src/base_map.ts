/* A Leaflet map over a region, with the base that its configuration names, and its credits. */
import * as L from "leaflet";
import type { Datum } from "./datum";
import { h, prefersStill } from "./dom";
import { LabelLayer } from "./label_layer";
import { t } from "./text";
import { TileLayer } from "./tile_layer";
import { TileSource } from "./tile_source";
import type { RegionConfig } from "./types";

const OSM_COPYRIGHT = "https://www.openstreetmap.org/copyright";

/** Credits and what the law wants on a public map, as text and links, without Leaflet's own line. */
function credits(region: RegionConfig): HTMLElement {
  const osm = region.basemap.kind === "own" || region.walk === true;
  return h(
    "p",
    { class: "map-credit" },
    osm && h("a", { href: OSM_COPYRIGHT, rel: "noreferrer" }, "© OpenStreetMap"),
    region.basemap.kind === "tianditu" && h("span", {}, t("map.tianditu")),
    region.map_notice && h("span", {}, region.map_notice),
  );
}

async function addOwnTiles(map: L.Map, tilejson: string): Promise<void> {
  const source = await TileSource.open(tilejson);
  const tiles = new TileLayer(source).addTo(map);
  const labels = new LabelLayer(source).addTo(map);
  const again = (): void => {
    tiles.redraw();
    labels.redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", again);
}

function addTianditu(map: L.Map, { basemap }: RegionConfig): void {
  for (const address of basemap.layers ?? [])
    L.tileLayer(address.replace("{key}", encodeURIComponent(basemap.key ?? "")), { maxZoom: 18 }).addTo(map);
}

/** `element` must have a size; it is named for who cannot see it. */
export function makeMap(element: HTMLElement, region: RegionConfig, datum: Datum): L.Map {
  const still = prefersStill();
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
    minZoom: 9,
    maxZoom: 18,
  });
  L.control.zoom({ position: "topright", zoomInTitle: t("map.zoom_in"), zoomOutTitle: t("map.zoom_out") }).addTo(map);
  map.createPane("labels");
  const [west, south, east, north] = region.bounds;
  map.fitBounds(L.latLngBounds([datum.latLngOf([west, south]), datum.latLngOf([east, north])]), { animate: false });
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", t("map.label"));
  element.appendChild(credits(region));
  const { kind, tilejson } = region.basemap;
  if (kind === "own" && tilejson)
    addOwnTiles(map, tilejson).catch(() => {
      /* the list does without; say so where the map is */
      element.appendChild(h("p", { class: "map-note" }, t("map.no_base")));
    });
  if (kind === "tianditu") addTianditu(map, region);
  return map;
}
