/* What the server says of itself inside the page: <script type="application/json" id="config">. */
import { byId } from "./dom";
import type { Config, LonLat, RegionConfig } from "./types";

function read(): Config {
  const text = byId("config")?.textContent ?? "";
  return text ? (JSON.parse(text) as Config) : { regions: [] };
}

export const config = read();

const NOWHERE: RegionConfig = {
  name: "",
  title: "",
  title_en: "",
  timezone: "UTC",
  currency: "CNY",
  bounds: [-180, -60, 180, 75],
  centre: [0, 0],
  walk: false,
  basemap: { kind: "none", coordsys: "wgs84" },
};

/** The region whose bounds hold a point; without one, the first. */
export function regionAt(at: LonLat | null): RegionConfig {
  const holds = ({ bounds: [west, south, east, north] }: RegionConfig): boolean =>
    at !== null && at.lon >= west && at.lon <= east && at.lat >= south && at.lat <= north;
  return config.regions.find(holds) ?? config.regions[0] ?? NOWHERE;
}

/** The region that a page speaks of: named in its address, or the first. */
export function regionNamed(name: string | null): RegionConfig {
  return config.regions.find((region) => region.name === name) ?? regionAt(null);
}
