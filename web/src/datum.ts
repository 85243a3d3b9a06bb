/*
 * Where things stand on the map. Everything the page knows is WGS 84; a base map of others may be drawn
 * in GCJ-02 or BD-09 (region.json says so), some 500 m or 1.1 km off, and what lies on it must follow. The
 * formulas and their sources are those of geo/crs.c; a region whose base is so drawn lies where they apply.
 */
import * as L from "leaflet";
import type { Coordsys, LonLat, Position, RegionConfig } from "./types";

const { PI, abs, atan2, cos, hypot, sin, sqrt } = Math;
const RADIANS = PI / 180;
const AXIS_M = 6378245;
const ECCENTRICITY2 = 0.00669342162296594323;
const ROUNDS = 10; /* each gains two digits and more */

/* What both axes of the shift share: degrees from (105, 35), the result metres. */
const wave = (x: number): number => ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3;

function gcj02({ lon, lat }: LonLat): LonLat {
  const x = lon - 105;
  const y = lat - 35;
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave(x) +
    ((20 * sin(PI * y) + 40 * sin((PI * y) / 3)) * 2) / 3 + ((160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * 2) / 3;
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave(x) +
    ((20 * sin(PI * x) + 40 * sin((PI * x) / 3)) * 2) / 3 + ((150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * 2) / 3;
  const w2 = 1 - ECCENTRICITY2 * sin(lat * RADIANS) ** 2;
  const meridian = (AXIS_M * (1 - ECCENTRICITY2)) / (w2 * sqrt(w2));
  const parallel = (AXIS_M / sqrt(w2)) * cos(lat * RADIANS);
  return { lon: lon + east / (parallel * RADIANS), lat: lat + north / (meridian * RADIANS) };
}

function bd09(at: LonLat): LonLat {
  const { lon, lat } = gcj02(at);
  const turns = (PI * 3000) / 180;
  const radius = hypot(lon, lat) + 0.00002 * sin(lat * turns);
  const angle = atan2(lat, lon) + 0.000003 * cos(lon * turns);
  return { lon: radius * cos(angle) + 0.0065, lat: radius * sin(angle) + 0.006 };
}

const SHIFTS: Record<Coordsys, (at: LonLat) => LonLat> = { wgs84: (at) => at, gcj02, bd09 };

export class Datum {
  private readonly shift: (at: LonLat) => LonLat;

  constructor({ basemap }: RegionConfig) {
    this.shift = SHIFTS[basemap.coordsys];
  }

  latLng(at: LonLat): L.LatLng {
    const { lon, lat } = this.shift(at);
    return L.latLng(lat, lon);
  }

  latLngOf([lon, lat]: Position): L.LatLng {
    return this.latLng({ lon, lat });
  }

  /** What stands there, by rounds: the shift hardly changes over the way it moves. */
  lonLat(shown: L.LatLng): LonLat {
    const wanted = { lon: shown.wrap().lng, lat: shown.lat };
    let at = wanted;
    for (let i = 0; i < ROUNDS; i++) {
      const there = this.shift(at);
      at = { lon: at.lon + wanted.lon - there.lon, lat: at.lat + wanted.lat - there.lat };
    }
    return at;
  }
}
