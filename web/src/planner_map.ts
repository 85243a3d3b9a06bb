/* The planners' map: communities filled by class. What a class is, the page says (planner_legend.ts). */
import * as L from "leaflet";
import { makeMap } from "./base_map";
import { Datum } from "./datum";
import { breathe } from "./slices";
import type { Position, RegionConfig } from "./types";

export interface PlannerMapEvents {
  pick(code: string, by: "tap" | "hover"): void;
}

export type Outline = { type: "Polygon" | "MultiPolygon"; coordinates: Position[][] | Position[][][] };

/** A community as the map shows it. */
export interface Shape {
  code: string;
  outline: Outline;
  words: string; /* its name and figure */
  look: string; /* a class of the style sheet */
}

function rings({ type, coordinates }: Outline, datum: Datum): L.LatLng[][][] {
  const polygons = (type === "Polygon" ? [coordinates] : coordinates) as Position[][][];
  return polygons.map((polygon) => polygon.map((ring) => ring.map((at) => datum.latLngOf(at))));
}

/** What a pointer that rests on a shape is told: a title, which is text and never HTML. */
function tell(layer: L.Path, words: string): void {
  const element = layer.getElement();
  if (!element) return;
  const title = element.querySelector("title") ?? document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = words;
  element.appendChild(title);
}

export class PlannerMap {
  private readonly map: L.Map;
  private readonly datum: Datum;
  private readonly layers = new Map<string, L.Polygon>();
  private readonly looks = new Map<string, string>();
  private readonly group = L.layerGroup();
  private selected: string | null = null;
  private showing = 0;

  constructor(element: HTMLElement, region: RegionConfig, private readonly events: PlannerMapEvents) {
    this.datum = new Datum(region);
    this.map = makeMap(element, region, this.datum);
    this.group.addTo(this.map);
  }

  /** In slices; a newer call takes the place of one that is not done. Outlines stay those of the first. */
  async show(shapes: Shape[]): Promise<void> {
    const turn = ++this.showing;
    for (const shape of shapes) {
      await breathe();
      if (turn !== this.showing) return;
      this.put(shape);
    }
    this.mark();
  }

  private put({ code, outline, words, look }: Shape): void {
    let layer = this.layers.get(code);
    if (!layer) {
      layer = L.polygon(rings(outline, this.datum));
      layer.on("click", () => this.events.pick(code, "tap"));
      layer.on("mouseover", () => this.events.pick(code, "hover"));
      layer.addTo(this.group);
      this.layers.set(code, layer);
    }
    const element = layer.getElement();
    const before = this.looks.get(code);
    if (before) element?.classList.remove(before);
    element?.classList.add("community", look);
    this.looks.set(code, look);
    tell(layer, words);
  }

  select(code: string | null, bring: boolean): void {
    this.selected = code;
    this.mark();
    const layer = code ? this.layers.get(code) : undefined;
    if (bring && layer && !this.map.getBounds().contains(layer.getBounds()))
      this.map.fitBounds(layer.getBounds(), { padding: [60, 60], maxZoom: 15, animate: false });
  }

  private mark(): void {
    for (const [code, layer] of this.layers) {
      const here = code === this.selected;
      layer.getElement()?.classList.toggle("selected", here);
      if (here) layer.bringToFront();
    }
  }
}
