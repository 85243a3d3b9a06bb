/* One community, whole: who lives there, what serves them, what is missing, which facilities reach it. */
import { post, sentenceOf, wasCut } from "./api";
import { fill, h, type Child } from "./dom";
import { CARES, type Care, type Facility, type LonLat, type NearbyAnswer, type Position } from "./types";
import { LEVELS, type Choice, type Community } from "./planner_data";
import { figureText, minutesText, numberText, people, percent } from "./planner_table";
import { language, named, t, type Key } from "./text";

function pair(key: Key, value: Child): HTMLElement {
  return h("div", {}, h("dt", {}, t(key)), h("dd", {}, value));
}

function cares(community: Community, choice: Choice): HTMLElement {
  const heads = LEVELS.map((level) => h("th", { scope: "col" }, t(`level.${level}`)));
  const row = (care: Care): HTMLElement => {
    const cells = LEVELS.map((level) => h("td", {}, figureText(community, { ...choice, care, level })));
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, t(`care.${care}`)),
      ...cells,
      h("td", {}, minutesText(community, care, "median")),
    );
  };
  const head = h("tr", {}, h("td", {}), ...heads, h("th", { scope: "col" }, t("planner.median")));
  return h("table", { class: "cares" }, h("thead", {}, head), h("tbody", {}, ...CARES.map(row)));
}

function facts(community: Community): HTMLElement {
  const missing = community.missing ? community.missing.map((care) => t(`care.${care}`)).join(t("list.separator")) : "–";
  return h(
    "dl",
    { class: "facts" },
    pair("planner.residents", people(community.residents)),
    pair("planner.children", people(community.children)),
    pair("planner.missing", missing || t("planner.none_missing")),
    pair("planner.places_per_1000", numberText(community.places_per_1000)),
    pair("planner.standard_per_1000", numberText(community.standard_per_1000)),
    pair("planner.places_needed", numberText(community.places_needed, 0)),
    pair("planner.access", numberText(community.access, 3)),
    pair("planner.off_network", community.off_network_share === null ? "–" : percent(community.off_network_share)),
  );
}

/** The middle of a community's outline: where "what reaches it" is asked from. */
function middle(community: Community): LonLat | null {
  const { geometry } = community;
  if (!geometry) return null;
  const rings = (geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates[0]) as Position[][];
  const ring = rings[0] ?? [];
  const sum = ring.reduce((all, [lon, lat]) => ({ lon: all.lon + lon, lat: all.lat + lat }), { lon: 0, lat: 0 });
  return ring.length ? { lon: sum.lon / ring.length, lat: sum.lat / ring.length } : null;
}

function facility({ id, properties }: Facility): HTMLElement {
  const query = language === "en" ? "?lang=en" : "";
  const offered = CARES.filter((care) => properties.offers.some((offer) => offer.care === care));
  return h(
    "li",
    {},
    h("a", { href: `/facilities/${id}${query}` }, named(properties) ?? id),
    ` · ${t("planner.minutes", { n: numberText(properties.walk_minutes ?? null) })}`,
    offered.length > 0 && ` · ${offered.map((care) => t(`care.${care}`)).join(t("list.separator"))}`,
  );
}

export class PlannerPanel {
  private asking: AbortController | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly closed: () => void,
  ) {}

  hide(): void {
    this.asking?.abort();
    this.root.hidden = true;
    fill(this.root);
  }

  show(community: Community, choice: Choice, focus: boolean): void {
    const heading = h("h2", { tabindex: "-1" }, named(community) ?? community.community);
    const reaching = h("div", {}, h("p", { class: "quiet-text" }, t("planner.loading")));
    fill(
      this.root,
      h("div", { class: "panel-head" }, heading, h("button", { type: "button", onclick: this.closed }, t("planner.close"))),
      h("p", { class: "quiet-text" }, [community.street, community.community].filter(Boolean).join(" · ")),
      facts(community),
      cares(community, choice),
      h("h3", {}, t("planner.reaching", { minutes: choice.minutes })),
      reaching,
    );
    this.root.hidden = false;
    if (focus) heading.focus();
    void this.facilities(community, choice, reaching);
  }

  private async facilities(community: Community, choice: Choice, into: HTMLElement): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    const from = middle(community);
    if (!from) return fill(into);
    const asked = { ...from, within_minutes: choice.minutes, profile: choice.profile, limit: 100 };
    const filters = choice.inclusive ? { inclusive: true } : {};
    try {
      const answer = await post<NearbyAnswer>("/v1/nearby", { ...asked, ...filters }, this.asking.signal);
      const found = answer.features;
      fill(into, found.length ? h("ul", {}, ...found.map(facility)) : h("p", {}, t("planner.nothing_reaches")));
    } catch (failure) {
      if (!wasCut(failure)) fill(into, h("p", {}, sentenceOf(failure)));
    }
  }
}
