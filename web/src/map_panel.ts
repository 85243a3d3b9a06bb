/*
 * The map beside the list. It is made only when it is seen: at once where there is room beside the
 * list, else when the reader opens it. What is shown is kept, so that a map that comes later has it.
 */
import { post, wasCut } from "./api";
import { byId, fill, h } from "./dom";
import type { FinderMap, MapEvents, Shown } from "./finder_map";
import { wayText } from "./results";
import type { Found, FoundFacility } from "./search";
import { maps } from "./shared";
import type { Search } from "./state";
import { named, t } from "./text";
import type { IsochroneAnswer, LonLat, RegionConfig } from "./types";
import type { Which } from "./where";

const CIRCLE_MINUTES = 15;
const WIDE = "(min-width: 60rem)";

export interface PanelEvents extends MapEvents {
  picked(which: Which, at: LonLat): void;
}

function shownOf(items: FoundFacility[]): Shown[] {
  const all: Shown[] = [];
  items.forEach((item, i) => {
    const { id, geometry, properties } = item.facility;
    const name = named(properties) ?? t("facility.unnamed");
    const free = properties.offers.some((offer) => offer.availability === "open");
    if (geometry) all.push({ id, rank: i + 1, label: `${i + 1}. ${name}, ${wayText(item)}`, free, at: geometry.coordinates });
  });
  return all;
}

export class MapPanel {
  private map: FinderMap | null = null;
  private making = false;
  private picking: Which | null = null;
  private search: Search | null = null;
  private found: Found | null = null;
  private selected: string | null = null;
  private asking: AbortController | null = null;
  private readonly banner = h("div", { class: "pick-banner", hidden: true, role: "group" });
  private readonly note = h("p", { class: "map-failed", role: "alert", hidden: true });
  private readonly toggle: HTMLElement | null = byId("map-toggle");

  /** `element` is where the page wants the map, behind the button that opens it on a narrow screen. */
  constructor(
    private readonly element: HTMLElement,
    private readonly region: RegionConfig,
    private readonly events: PanelEvents,
  ) {
    this.toggle?.addEventListener("click", () => this.flip());
    element.insertAdjacentElement("beforebegin", this.banner);
    element.insertAdjacentElement("beforebegin", this.note);
    const wide = matchMedia(WIDE);
    const follow = (): void => this.open(wide.matches);
    wide.addEventListener?.("change", follow);
    if (wide.matches) follow();
  }

  isOpen(): boolean {
    return document.body.classList.contains("map-open");
  }

  open(open: boolean): void {
    document.body.classList.toggle("map-open", open);
    if (this.toggle) {
      this.toggle.textContent = t(open ? "map.hide" : "map.show");
      this.toggle.setAttribute("aria-expanded", String(open));
    }
    if (!open) return;
    if (!this.map) void this.make();
    else this.map.map.invalidateSize();
  }

  private flip(): void {
    if (this.isOpen()) this.pick(null);
    this.open(!this.isOpen());
  }

  private async make(): Promise<void> {
    if (this.making) return;
    this.making = true;
    this.note.hidden = true;
    try {
      const { FinderMap: Made } = await maps();
      this.map = new Made(this.element, this.region, {
        select: (id, by) => this.events.select(id, by),
        tap: (at) => this.tapped(at),
      });
      this.draw();
    } catch {
      /* the list does without */
      this.note.textContent = t("map.not_loaded");
      this.note.hidden = false;
    } finally {
      this.making = false;
    }
  }

  private tapped(at: LonLat): void {
    if (this.picking) this.give(at);
    else this.events.tap(at);
  }

  private give(at: LonLat): void {
    const which = this.picking ?? "home";
    this.pick(null);
    if (!matchMedia(WIDE).matches) this.open(false); /* the list is what one chose the point for */
    this.events.picked(which, at);
  }

  /** Let the next tap on the map, or its centre, be a point one starts from. */
  pick(which: Which | null): void {
    this.picking = which;
    this.banner.hidden = which === null;
    document.body.classList.toggle("picking", which !== null);
    if (which === null) return;
    this.open(true);
    const centre = h("button", { type: "button", class: "primary", onclick: () => this.map && this.give(this.map.centre()) }, t("map.use_centre"));
    fill(
      this.banner,
      h("span", {}, t(`map.pick.${which}`)),
      centre,
      h("button", { type: "button", onclick: () => this.pick(null) }, t("map.cancel")),
    );
    this.banner.scrollIntoView({ block: "nearest" });
    centre.focus({ preventScroll: true });
  }

  show(search: Search, found: Found | null): void {
    this.search = search;
    this.found = found;
    if (this.map) this.draw();
  }

  select(id: string | null, bring: boolean): void {
    this.selected = id;
    this.map?.select(id, bring);
  }

  private draw(): void {
    const { map, search, found } = this;
    if (!map || !search) return;
    const points = [search.home, search.work].filter((at): at is LonLat => at !== null);
    map.showPoints(search.home, search.work);
    const shown = shownOf(found?.items ?? []);
    map.showFacilities(shown);
    if (points.length) map.fit(points, shown);
    map.select(this.selected, false);
    void this.circles(map, search, points, found?.by === "walk");
  }

  /** How far one walks in 15 minutes: a picture only, so its failure is no trouble to tell. */
  private async circles(map: FinderMap, search: Search, points: LonLat[], walks: boolean): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    map.showCircle([]);
    if (!walks) return;
    const { signal } = this.asking;
    const ask = ({ lon, lat }: LonLat): Promise<IsochroneAnswer> =>
      post<IsochroneAnswer>("/v1/isochrone", { lon, lat, minutes: String(CIRCLE_MINUTES), profile: search.profile }, signal);
    try {
      map.showCircle(await Promise.all(points.map(ask)));
    } catch (failure) {
      if (!wasCut(failure)) map.showCircle([]);
    }
  }
}
