/* The planners' map: communities filled by class, with a legend that counts them. */
import * as L from "leaflet";
import { latLngOf, makeMap } from "./base_map";
import { fill, h } from "./dom";
import { classesOf, classOf, figure, stateOf, type Choice, type Class, type Community, type Level } from "./planner_data";
import { figureText } from "./planner_table";
import { named, number, t } from "./text";
import type { Position, RegionConfig } from "./types";

export interface PlannerMapEvents {
  pick(code: string, by: "tap" | "hover"): void;
}

function style(community: Community, choice: Choice): L.PathOptions {
  const place = classOf(figure(community, choice), choice.level);
  const lines = { color: "#ffffff", weight: 1.2, opacity: 1 };
  if (place < 0) {
    const dashArray = stateOf(community) === "off_network" ? "1 5" : "6 4";
    return { ...lines, color: "#555555", fillColor: "#ffffff", fillOpacity: 0.35, dashArray };
  }
  return { ...lines, fillColor: classesOf(choice.level)[place]!.colour, fillOpacity: 0.78, dashArray: "" };
}

function rings(geometry: NonNullable<Community["geometry"]>): L.LatLng[][][] {
  const polygons = (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates) as Position[][][];
  return polygons.map((polygon) => polygon.map((ring) => ring.map(latLngOf)));
}

/** What a pointer that rests on a shape is told: a title, which is text and never HTML. */
function tell(shape: L.Path, words: string): void {
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = words;
  shape.getElement()?.appendChild(title);
}

function classText(level: Level, classes: Class[], i: number): string {
  const least = classes[i]!.least;
  const next = classes[i + 1]?.least;
  if (level === "located") return next === undefined ? t("legend.count_from", { n: least }) : String(least);
  if (i === 0) return "0%";
  if (next === undefined) return t("legend.share_from", { n: least * 100 });
  return t("legend.share", { from: Math.round(least * 100), to: Math.round(next * 100) });
}

export class PlannerMap {
  private readonly map: L.Map;
  private readonly layers = new Map<string, L.Polygon>();
  private readonly group = L.layerGroup();
  private selected: string | null = null;

  constructor(element: HTMLElement, region: RegionConfig, private readonly events: PlannerMapEvents) {
    this.map = makeMap(element, region);
    this.group.addTo(this.map);
  }

  show(communities: Community[], choice: Choice): void {
    this.group.clearLayers();
    this.layers.clear();
    for (const community of communities) {
      if (!community.geometry) continue;
      const code = community.community;
      const shape = L.polygon(rings(community.geometry), style(community, choice));
      this.layers.set(code, shape);
      const name = named(community) ?? code;
      shape.on("click", () => this.events.pick(code, "tap"));
      shape.on("mouseover", () => this.events.pick(code, "hover"));
      shape.addTo(this.group);
      tell(shape, `${name}: ${figureText(community, choice)}`);
    }
    this.mark();
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

  resize(): void {
    this.map.invalidateSize();
  }
}

/** Colours with what they mean and how many communities have them. */
export function drawLegend(root: HTMLElement, communities: Community[], choice: Choice): void {
  const classes = classesOf(choice.level);
  const counts = classes.map(() => 0);
  const without = { no_data: 0, off_network: 0 };
  for (const community of communities) {
    const place = classOf(figure(community, choice), choice.level);
    if (place < 0) without[stateOf(community)]++;
    else counts[place]!++;
  }
  const swatch = (name: string, colour: string | null, words: string, n: number): HTMLElement => {
    const box = h("span", { class: `swatch ${name}`, "aria-hidden": "true" });
    if (colour) box.style.backgroundColor = colour;
    return h("li", {}, box, h("span", {}, words), h("span", { class: "legend-count" }, t("legend.communities", { n: number(n) })));
  };
  fill(
    root,
    h("h2", {}, t("legend.heading", { care: t(`care.${choice.care}`), level: t(`level.${choice.level}`) })),
    h(
      "ul",
      { class: "legend" },
      ...classes.map((one, i) => swatch("", one.colour, classText(choice.level, classes, i), counts[i]!)),
      without.no_data > 0 && swatch("no-data", null, t("state.no_data"), without.no_data),
      without.off_network > 0 && swatch("off-network", null, t("state.off_network"), without.off_network),
    ),
  );
}
