/* One community, whole: who lives there, what serves them, what is missing, which facilities reach it. */
import { get, sentenceOf, wasCut } from "./api";
import { fill, h, type Child } from "./dom";
import { CARES, type Care } from "./types";
import { coverageAddress, LEVELS, type Choice, type Community } from "./planner_data";
import { figureText, minutesText, numberText, people, percent } from "./planner_table";
import { language, named, t, type Key } from "./text";

interface Reaching {
  id: string;
  name: string | null;
  name_en?: string | null;
  minutes?: number | null;
  walk_minutes?: number | null;
  care?: Care[];
}

interface CommunityAnswer {
  community?: Community & { facilities?: Reaching[] };
  communities?: (Community & { facilities?: Reaching[] })[];
  facilities?: Reaching[];
}

function pair(key: Key, value: Child): HTMLElement {
  return h("div", {}, h("dt", {}, t(key)), h("dd", {}, value));
}

function cares(community: Community, choice: Choice): HTMLElement {
  const heads = LEVELS.map((level) => h("th", { scope: "col" }, t(`level.${level}`)));
  const row = (care: Care): HTMLElement => {
    const cover = community.care[care];
    const cells = LEVELS.map((level) => h("td", {}, figureText(community, { ...choice, care, level })));
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, t(`care.${care}`)),
      ...cells,
      h("td", {}, minutesText(cover?.median_minutes, cover?.beyond_60)),
    );
  };
  const head = h("tr", {}, h("td", {}), ...heads, h("th", { scope: "col" }, t("planner.median")));
  return h("table", { class: "cares" }, h("thead", {}, head), h("tbody", {}, ...CARES.map(row)));
}

function facts(community: Community): HTMLElement {
  const missing = community.missing.map((care) => t(`care.${care}`)).join(t("list.separator"));
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

function facility(one: Reaching): HTMLElement {
  const minutes = one.walk_minutes ?? one.minutes;
  const offered = (one.care ?? []).map((care) => t(`care.${care}`)).join(t("list.separator"));
  const query = language === "en" ? "?lang=en" : "";
  return h(
    "li",
    {},
    h("a", { href: `/facilities/${one.id}${query}` }, named({ name: one.name, name_en: one.name_en ?? null }) ?? one.id),
    minutes !== undefined && minutes !== null && ` · ${t("planner.minutes", { n: numberText(minutes) })}`,
    offered && ` · ${offered}`,
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

  show(community: Community, choice: Choice, region: string, focus: boolean): void {
    const heading = h("h2", { tabindex: "-1" }, named({ name: community.name, name_en: community.name_en ?? null }) ?? community.code);
    const reaching = h("div", {}, h("p", { class: "quiet-text" }, t("planner.loading")));
    fill(
      this.root,
      h("div", { class: "panel-head" }, heading, h("button", { type: "button", onclick: this.closed }, t("planner.close"))),
      h("p", { class: "quiet-text" }, [community.street, community.code].filter(Boolean).join(" · ")),
      facts(community),
      cares(community, choice),
      h("h3", {}, t("planner.reaching", { minutes: choice.minutes })),
      reaching,
    );
    this.root.hidden = false;
    if (focus) heading.focus();
    void this.facilities(community.code, choice, region, reaching);
  }

  private async facilities(code: string, choice: Choice, region: string, into: HTMLElement): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    const address = coverageAddress(choice, region).replace("/v1/coverage?", `/v1/coverage/${code}?`).replace("&geometry=true", "");
    try {
      const answer = await get<CommunityAnswer>(address, this.asking.signal);
      const found = answer.facilities ?? answer.community?.facilities ?? answer.communities?.[0]?.facilities ?? [];
      fill(into, found.length ? h("ul", {}, ...found.map(facility)) : h("p", {}, t("planner.nothing_reaches")));
    } catch (failure) {
      if (!wasCut(failure)) fill(into, h("p", {}, sentenceOf(failure)));
    }
  }
}
