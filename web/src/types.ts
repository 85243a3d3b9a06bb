/* The shapes of the API that the page reads (server/openapi_schemas.json), and its own. */

export const CARES = ["full_day", "half_day", "hourly", "drop_in"] as const;
export type Care = (typeof CARES)[number];
export const PROFILES = ["stroller", "toddler", "adult"] as const;
export type Profile = (typeof PROFILES)[number];
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type Coordsys = "wgs84" | "gcj02" | "bd09";
export type Position = [number, number]; /* longitude, latitude */
export type Interval = [string, string];
export type PriceUnit = "hour" | "half_day" | "day" | "month";

export interface LonLat {
  lon: number;
  lat: number;
}

export interface Offer {
  id: string;
  group: string;
  care: Care | null;
  age_months: [number | null, number | null] | null;
  licensed: number | null;
  open: number | null;
  availability: "open" | "full" | "ask" | "unknown";
  freshness: "fresh" | "stale" | "unknown";
  as_of: string | null;
  open_because?: "now" | "next_open" | null;
  price: number | null;
  price_unit: PriceUnit | null;
  currency: string;
  hours_today?: Interval[];
}

export interface FacilityProperties {
  name: string | null;
  name_en: string | null;
  kind: string | null;
  ownership: string | null;
  inclusive: boolean | null;
  demonstration: boolean | null;
  address: string | null;
  phone: string | null;
  community: string | null;
  distance_m: number;
  walk_m?: number;
  walk_minutes?: number;
  offers: Offer[];
}

export interface Facility {
  id: string;
  geometry: { coordinates: Position } | null;
  properties: FacilityProperties;
}

export interface Relaxed {
  drop: string;
  numberMatched: number;
}

export interface NearbyAnswer {
  by: "walk" | "line";
  age_months?: number | null;
  numberMatched?: number;
  complete: boolean;
  unknownMatched?: number;
  features: Facility[];
  relax?: Relaxed[];
  links: { rel: string; cursor?: string }[];
}

export interface IsochroneAnswer {
  features: { geometry: { coordinates: Position[][][] }; properties: { minutes: number } }[];
}

export type SuggestionKind = "community" | "road" | "station" | "facility" | "place";
export interface Suggestion {
  kind: string;
  name: string;
  name_en: string | null;
  within: string | null; /* what it lies in, in the reader's language */
  at: LonLat;
}

export interface RegionConfig {
  name: string;
  title: string;
  title_en: string;
  timezone: string;
  currency: string;
  sample?: boolean;
  bounds: [number, number, number, number];
  centre: Position;
  walk?: boolean;
  basemap: {
    kind: "none" | "own" | "tianditu";
    coordsys: Coordsys;
    tilejson?: string | null;
    layers?: string[];
    key?: string | null;
  };
  map_notice?: string | null;
}

export interface Config {
  regions: RegionConfig[];
}
