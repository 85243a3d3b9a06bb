/* The parents' map: the points one starts from, how far one walks, and what was found, in step with the list. */
import * as L from "leaflet";
import Supercluster, { type AnyProps, type ClusterProperties, type PointFeature } from "supercluster";
import { makeMap } from "./base_map";
import { Datum } from "./datum";
import { h, prefersStill } from "./dom";
import { count, t } from "./text";
import type { IsochroneAnswer, LonLat, Position, RegionConfig } from "./types";

export interface MapEvents {
  select(id: string, by: "hover" | "tap"): void;
  tap(at: LonLat): void;
}

/** A facility as the map shows it; the list has the same rank. */
export interface Shown {
  id: string;
  rank: number;
  label: string;
  free: boolean;
  at: Position;
}

type Clusters = Supercluster<Shown, AnyProps>;

export class FinderMap {
  readonly map: L.Map;
  private readonly datum: Datum;
  private readonly markers = L.layerGroup();
  private readonly points = L.layerGroup();
  private readonly circle = L.layerGroup();
  private clusters: Clusters | null = null;
  private places = new Map<string, L.LatLng>();
  private buttons = new Map<string, HTMLElement>(); /* by facility, the marker or cluster it is in */
  private selected: string | null = null;

  constructor(element: HTMLElement, region: RegionConfig, private readonly events: MapEvents) {
    this.datum = new Datum(region);
    this.map = makeMap(element, region, this.datum);
    this.circle.addTo(this.map);
    this.points.addTo(this.map);
    this.markers.addTo(this.map);
    this.map.on("moveend", () => this.drawMarkers());
    this.map.on("click", (event) => this.events.tap(this.datum.lonLat(event.latlng)));
  }

  centre(): LonLat {
    return this.datum.lonLat(this.map.getCenter());
  }

  showPoints(home: LonLat | null, work: LonLat | null): void {
    this.points.clearLayers();
    for (const [which, at] of [["home", home], ["work", work]] as const) {
      if (!at) continue;
      const pin = h("span", { class: `pin pin-${which}`, role: "img", "aria-label": t(`map.point.${which}`) });
      const icon = L.divIcon({ html: pin, className: "pin-holder", iconSize: [26, 26], iconAnchor: [13, 13] });
      L.marker(this.datum.latLng(at), { icon, interactive: false, keyboard: false }).addTo(this.points);
    }
  }

  showCircle(answers: IsochroneAnswer[]): void {
    this.circle.clearLayers();
    for (const answer of answers)
      for (const { geometry } of answer.features) {
        const rings = geometry.coordinates.map((polygon) => polygon.map((ring) => ring.map((at) => this.datum.latLngOf(at))));
        L.polygon(rings, { className: "circle", interactive: false, weight: 2 }).addTo(this.circle);
      }
  }

  showFacilities(all: Shown[]): void {
    this.places = new Map(all.map(({ id, at }) => [id, this.datum.latLngOf(at)]));
    const features = all.map((properties): PointFeature<Shown> => {
      const { lng, lat } = this.datum.latLngOf(properties.at);
      return { type: "Feature", geometry: { type: "Point", coordinates: [lng, lat] }, properties };
    });
    this.clusters = new Supercluster<Shown, AnyProps>({ radius: 36, maxZoom: 16 }).load(features);
    this.drawMarkers();
  }

  /** Bring the points, and the nearest of what was found, into view. */
  fit(points: LonLat[], all: Shown[]): void {
    const bounds = L.latLngBounds(points.map((at) => this.datum.latLng(at)));
    for (const { at } of all.slice(0, 8)) bounds.extend(this.datum.latLngOf(at));
    if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [36, 36], maxZoom: 16, animate: false });
  }

  select(id: string | null, bring: boolean): void {
    this.selected = id;
    this.mark();
    const at = id === null ? undefined : this.places.get(id);
    if (bring && at && !this.map.getBounds().pad(-0.1).contains(at)) this.map.panTo(at, { animate: !prefersStill() });
  }

  private mark(): void {
    for (const button of this.buttons.values()) button.classList.remove("selected");
    if (this.selected !== null) this.buttons.get(this.selected)?.classList.add("selected");
  }

  private drawMarkers(): void {
    this.markers.clearLayers();
    this.buttons = new Map();
    if (!this.clusters) return;
    const bounds = this.map.getBounds().pad(0.3);
    const box: [number, number, number, number] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    for (const feature of this.clusters.getClusters(box, Math.round(this.map.getZoom()))) {
      const [lng, lat] = feature.geometry.coordinates as [number, number]; /* of the map already */
      const at = L.latLng(lat, lng);
      const button = "cluster" in feature.properties ? this.cluster(feature.properties as ClusterProperties, at) : this.single(feature.properties as Shown);
      L.DomEvent.disableClickPropagation(button);
      const size = 34;
      const icon = L.divIcon({ html: button, className: "marker-holder", iconSize: [size, size], iconAnchor: [size / 2, size / 2] });
      L.marker(at, { icon, keyboard: false }).addTo(this.markers);
    }
    this.mark();
  }

  /* The list is how a keyboard gets to a facility; its markers are no stops of their own. */
  private single(shown: Shown): HTMLButtonElement {
    const select = (by: "hover" | "tap") => (): void => this.events.select(shown.id, by);
    const button = h(
      "button",
      {
        type: "button",
        tabindex: "-1",
        class: `marker${shown.free ? " free" : ""}`,
        "data-id": shown.id,
        "aria-label": shown.label,
        title: shown.label,
        onclick: select("tap"),
        onmouseenter: select("hover"),
      },
      shown.rank,
    );
    this.buttons.set(shown.id, button);
    return button;
  }

  private cluster(properties: ClusterProperties, at: L.LatLng): HTMLButtonElement {
    const { cluster_id, point_count } = properties;
    const nearer = (): void => {
      this.map.setView(at, Math.min(18, this.clusters?.getClusterExpansionZoom(cluster_id) ?? 18), { animate: !prefersStill() });
    };
    const label = count("map.cluster", point_count);
    const button = h(
      "button",
      { type: "button", tabindex: "-1", class: "marker cluster", "aria-label": label, title: label, onclick: nearer },
      t("map.cluster_mark", { n: point_count }),
    );
    for (const leaf of this.clusters?.getLeaves(cluster_id, Infinity) ?? []) this.buttons.set(leaf.properties.id, button);
    return button;
  }
}
