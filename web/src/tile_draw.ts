/* Drawing one tile of the base map onto a canvas. */
import type { VectorTile, VectorTileFeature, VectorTileLayer } from "@mapbox/vector-tile";
import { breathe } from "./slices";
import { rankOf, widthOf, type StreetRank, type Theme } from "./tile_style";

/** A part of a decoded tile: `scale` pixels a unit, moved by whole pixels. */
export interface Frame {
  zoom: number;
  scale: number;
  dx: number;
  dy: number;
}

export function kindOf(feature: VectorTileFeature): string {
  return String(feature.properties["class"] ?? "");
}

function trace(context: CanvasRenderingContext2D, feature: VectorTileFeature, frame: Frame, closed: boolean): void {
  for (const line of feature.loadGeometry()) {
    line.forEach((point, i) => {
      const x = point.x * frame.scale + frame.dx;
      const y = point.y * frame.scale + frame.dy;
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    if (closed) context.closePath();
  }
}

const FEATURES_A_LOOK = 16; /* between two looks at the clock */

async function each(layer: VectorTileLayer | undefined, visit: (feature: VectorTileFeature) => void): Promise<void> {
  for (let i = 0; layer && i < layer.length; i++) {
    visit(layer.feature(i));
    if (i % FEATURES_A_LOOK === 0) await breathe();
  }
}

const POINT = 1;
const LINE = 2;
const AREA = 3;
export const TYPES = { POINT, LINE, AREA };

/** Areas of a layer in one colour, its lines (a canal, a brook) as strokes of it. */
async function areas(context: CanvasRenderingContext2D, layer: VectorTileLayer | undefined, frame: Frame, colour: string): Promise<void> {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = Math.max(0.8, 2 ** (frame.zoom - 14));
  await each(layer, (feature) => {
    if (feature.type === POINT) return;
    context.beginPath();
    trace(context, feature, frame, feature.type === AREA);
    if (feature.type === AREA) context.fill();
    else context.stroke();
  });
}

/** One path for many streets: crossings run into one another. */
async function stroke(context: CanvasRenderingContext2D, features: VectorTileFeature[], frame: Frame, colour: string, width: number): Promise<void> {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (let i = 0; i < features.length; i++) {
    trace(context, features[i]!, frame, false);
    if (i % FEATURES_A_LOOK === 0) await breathe();
  }
  context.stroke();
}

async function streets(context: CanvasRenderingContext2D, layer: VectorTileLayer | undefined, frame: Frame, theme: Theme): Promise<void> {
  /* One path a width: all casings first. */
  const groups = new Map<string, { rank: StreetRank; width: number; features: VectorTileFeature[] }>();
  await each(layer, (feature) => {
    if (feature.type !== LINE) return;
    const kind = kindOf(feature);
    const rank = rankOf(kind);
    if (rank === "path" && frame.zoom < 15) return;
    const width = widthOf(kind, frame.zoom);
    const key = `${rank}${width}`;
    const group = groups.get(key) ?? { rank, width, features: [] };
    group.features.push(feature);
    groups.set(key, group);
  });
  const sorted = [...groups.values()].sort((a, b) => a.width - b.width);
  context.lineJoin = "round";
  context.lineCap = "round";
  for (const { rank, width, features } of sorted)
    if (rank !== "path") await stroke(context, features, frame, theme.casing, width + 1.2);
  for (const { rank, width, features } of sorted) {
    context.setLineDash(rank === "path" ? [3, 2] : []);
    await stroke(context, features, frame, theme[rank], width);
  }
  context.setLineDash([]);
}

/** In slices: it is done when the promise is. */
export async function drawTile(context: CanvasRenderingContext2D, tile: VectorTile, frame: Frame, theme: Theme): Promise<void> {
  await areas(context, tile.layers["green"], frame, theme.green);
  await areas(context, tile.layers["water"], frame, theme.water);
  if (frame.zoom >= 14) await areas(context, tile.layers["buildings"], frame, theme.building);
  await streets(context, tile.layers["streets"], frame, theme);
}
