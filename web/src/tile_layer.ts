/* The base map: a Leaflet grid of canvases, on which our vector tiles are drawn. No WebGL. */
import * as L from "leaflet";
import { prefersDark } from "./dom";
import { drawTile } from "./tile_draw";
import { inTurn } from "./slices";
import type { TileSource } from "./tile_source";
import { DARK, LIGHT, type Theme } from "./tile_style";

/** Which stored tile shows this one, and which part of it: beyond maxzoom an ancestor, enlarged. */
export function ancestor(coords: { x: number; y: number; z: number }, maxzoom: number): {
  z: number; x: number; y: number; times: number; left: number; top: number;
} {
  const z = Math.min(coords.z, maxzoom);
  const times = 2 ** (coords.z - z);
  const x = Math.floor(coords.x / times);
  const y = Math.floor(coords.y / times);
  return { z, x, y, times, left: coords.x - x * times, top: coords.y - y * times };
}

export function themeNow(): Theme {
  return prefersDark() && !matchMedia("print").matches ? DARK : LIGHT;
}

export class TileLayer extends L.GridLayer {
  constructor(private readonly source: TileSource) {
    super({ minZoom: source.minzoom, attribution: source.attribution, updateWhenZooming: false, keepBuffer: 1 });
  }

  protected override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const size = this.getTileSize();
    const dense = Math.min(2, window.devicePixelRatio || 1);
    const canvas = document.createElement("canvas");
    canvas.width = size.x * dense;
    canvas.height = size.y * dense;
    void this.draw(canvas, coords, size.x, dense).then(() => done(undefined, canvas));
    return canvas;
  }

  private async draw(canvas: HTMLCanvasElement, coords: L.Coords, size: number, dense: number): Promise<void> {
    const part = ancestor(coords, this.source.maxzoom);
    const tile = await this.source.tile(part.z, part.x, part.y);
    const context = canvas.getContext("2d");
    if (!tile || !context || !canvas.isConnected) return; /* the map may have moved on */
    const layer = Object.values(tile.layers)[0];
    const scale = (size * part.times) / (layer?.extent ?? 4096);
    const frame = { zoom: coords.z, scale, dx: -part.left * size, dy: -part.top * size };
    context.scale(dense, dense);
    await inTurn(() => drawTile(context, tile, frame, themeNow()));
  }
}
