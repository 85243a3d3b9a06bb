/*
 * Names on the base map, on one canvas over the whole view, so that no tile cuts them and none covers
 * another: stations and places first, then streets along themselves where they are straight enough.
 */
import type { VectorTileFeature } from "@mapbox/vector-tile";
import * as L from "leaflet";
import { breathe, inTurn } from "./slices";
import { language } from "./text";
import { kindOf, TYPES } from "./tile_draw";
import { ancestor, themeNow } from "./tile_layer";
import type { TileSource } from "./tile_source";
import { rankOf } from "./tile_style";

interface Label {
  text: string;
  x: number; /* pixels in the view */
  y: number;
  angle: number;
  length: number; /* the room along a street; 0 = as long as it is */
  size: number;
  weight: number; /* the greater, the earlier */
  dot: boolean;
}

type Box = [number, number, number, number];
type Project = (x: number, y: number) => L.Point;

function nameOf(feature: VectorTileFeature): string {
  const { name, name_en } = feature.properties;
  return String((language === "en" ? name_en || name : name || name_en) ?? "");
}

/** The longest straight piece of a street, to write its name along. */
function streetLabel(feature: VectorTileFeature, project: Project, zoom: number): Label | null {
  const text = nameOf(feature);
  const rank = rankOf(kindOf(feature));
  if (!text || rank === "path" || (rank === "street" && zoom < 16)) return null;
  let best: Label | null = null;
  for (const line of feature.loadGeometry())
    for (let i = 1; i < line.length; i++) {
      const a = project(line[i - 1]!.x, line[i - 1]!.y);
      const b = project(line[i]!.x, line[i]!.y);
      const length = a.distanceTo(b);
      if (best && length <= best.length) continue;
      let angle = Math.atan2(b.y - a.y, b.x - a.x);
      if (angle > Math.PI / 2) angle -= Math.PI;
      if (angle < -Math.PI / 2) angle += Math.PI;
      const weight = rank === "main" ? 20 : 10;
      best = { text, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, angle, length, size: 11, weight, dot: false };
    }
  return best;
}

function pointLabel(feature: VectorTileFeature, project: Project, station: boolean): Label | null {
  const text = nameOf(feature);
  const point = feature.loadGeometry()[0]?.[0];
  if (!text || !point) return null;
  const { x, y } = project(point.x, point.y);
  const large = ["city", "town", "suburb"].includes(kindOf(feature));
  return { text, x, y, angle: 0, length: 0, size: station || !large ? 12 : 14, weight: station ? 50 : large ? 60 : 40, dot: station };
}

function overlaps(box: Box, others: Box[]): boolean {
  return others.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
}

export class LabelLayer extends L.Layer {
  private readonly canvas = document.createElement("canvas");
  private drawing = 0;

  constructor(private readonly source: TileSource) {
    super({ pane: "labels" });
    this.canvas.className = "leaflet-zoom-hide";
    this.canvas.setAttribute("aria-hidden", "true");
  }

  override onAdd(map: L.Map): this {
    const pane = map.getPane("labels") ?? map.createPane("labels");
    pane.classList.add("labels-pane");
    pane.appendChild(this.canvas);
    map.on("moveend zoomend resize", this.redraw, this);
    this.redraw();
    return this;
  }

  override onRemove(map: L.Map): this {
    map.off("moveend zoomend resize", this.redraw, this);
    this.canvas.remove();
    return this;
  }

  redraw(): void {
    void this.draw(++this.drawing);
  }

  private async draw(turn: number): Promise<void> {
    const map = this._map;
    const zoom = Math.round(map.getZoom());
    const labels = await this.collect(map, zoom);
    await inTurn(() => this.write(labels, () => turn === this.drawing && Boolean(this._map)));
  }

  /** The canvas as large as the view, over it; null where there is none. */
  private fit(map: L.Map): CanvasRenderingContext2D | null {
    const size = map.getSize();
    const dense = Math.min(2, window.devicePixelRatio || 1);
    this.canvas.width = size.x * dense;
    this.canvas.height = size.y * dense;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this.canvas.getContext("2d");
    context?.scale(dense, dense);
    return context;
  }

  private async collect(map: L.Map, zoom: number): Promise<Label[]> {
    const bounds = map.getPixelBounds();
    const origin = bounds.min ?? L.point(0, 0);
    const wanted = new Map<string, ReturnType<typeof ancestor>>();
    for (let x = Math.floor(origin.x / 256); x * 256 < bounds.max!.x; x++)
      for (let y = Math.floor(origin.y / 256); y * 256 < bounds.max!.y; y++) {
        const part = ancestor({ x, y, z: zoom }, this.source.maxzoom);
        wanted.set(`${part.x}/${part.y}`, part);
      }
    const labels: Label[] = [];
    for (const part of wanted.values()) {
      const tile = await this.source.tile(part.z, part.x, part.y);
      for (const [name, layer] of Object.entries(tile?.layers ?? {})) {
        if (name !== "streets" && name !== "places" && name !== "stations") continue;
        const scale = (256 * part.times) / layer.extent;
        const project: Project = (x, y) =>
          L.point(part.x * part.times * 256 + x * scale - origin.x, part.y * part.times * 256 + y * scale - origin.y);
        for (let i = 0; i < layer.length; i++) {
          const feature = layer.feature(i);
          const label =
            feature.type === TYPES.LINE
              ? zoom >= 14 ? streetLabel(feature, project, zoom) : null
              : feature.type === TYPES.POINT ? pointLabel(feature, project, name === "stations") : null;
          if (label) labels.push(label);
          if (i % 32 === 0) await breathe();
        }
      }
    }
    return labels.sort((a, b) => b.weight - a.weight || b.length - a.length);
  }

  private async write(labels: Label[], isWanted: () => boolean): Promise<void> {
    const context = isWanted() ? this.fit(this._map) : null;
    if (!context) return; /* the map has moved on */
    const theme = themeNow();
    const taken: Box[] = [];
    const placed = new Map<string, L.Point[]>();
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = theme.halo;
    context.fillStyle = theme.label;
    for (const label of labels) {
      await breathe();
      if (!isWanted()) return;
      context.font = `${label.dot ? "600 " : ""}${label.size}px system-ui, sans-serif`;
      const width = context.measureText(label.text).width;
      if (label.length && label.length < width + 8) continue;
      /* the same street again only well apart from where it is named already */
      const at = L.point(label.x, label.y);
      const before = placed.get(label.text) ?? [];
      if (before.some((other) => other.distanceTo(at) < 260)) continue;
      const y = label.dot ? label.y + 12 : label.y;
      const w = (Math.abs(Math.cos(label.angle)) * width + Math.abs(Math.sin(label.angle)) * label.size) / 2 + 2;
      const h = (Math.abs(Math.sin(label.angle)) * width + Math.abs(Math.cos(label.angle)) * label.size) / 2 + 2;
      const box: Box = [label.x - w, y - h, label.x + w, y + h];
      if (overlaps(box, taken)) continue;
      taken.push(box);
      placed.set(label.text, [...before, at]);
      context.save();
      context.translate(label.x, y);
      context.rotate(label.angle);
      context.strokeText(label.text, 0, 0);
      context.fillText(label.text, 0, 0);
      context.restore();
      if (label.dot) this.dot(context, label.x, label.y);
    }
  }

  private dot(context: CanvasRenderingContext2D, x: number, y: number): void {
    context.beginPath();
    context.arc(x, y, 3.5, 0, 2 * Math.PI);
    context.stroke();
    context.fill();
  }
}
