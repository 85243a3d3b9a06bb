/* One community, whole: who lives there, what serves them, what is missing, which facilities reach it. */
import { get, sentenceOf, wasCut } from "./api";
import { fill, h, type Child } from "./dom";
import { CARES, type Care } from "./types";
import { communityAddress, LEVELS, type Choice, type Community, type CommunityAnswer, type Reaching } from "./planner_data";
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

function facility({ id, reachable, care, ...names }: Reaching, weight: Community["weight"]): HTMLElement {
  const query = language === "en" ? "?lang=en" : "";
  const share = { share: percent(reachable) };
  return h(
    "li",
    {},
    h("a", { href: `/facilities/${id}${query}` }, named(names) ?? id),
    ` · ${weight === "children" ? t("planner.reaching_children", share) : t("planner.reaching_share", share)}`,
    care.length > 0 && ` · ${care.map((one) => t(`care.${one}`)).join(t("list.separator"))}`,
  );
}

export class PlannerPanel {
  private asking: AbortController | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly region: string,
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
    try {
      const { facilities } = await get<CommunityAnswer>(communityAddress(community.community, choice, this.region), this.asking.signal);
      if (!facilities) return fill(into, h("p", {}, t("planner.reaching_unknown")));
      const items = facilities.map((one) => facility(one, community.weight));
      fill(into, items.length ? h("ul", {}, ...items) : h("p", {}, t("planner.nothing_reaches")));
    } catch (failure) {
      if (!wasCut(failure)) fill(into, h("p", {}, sentenceOf(failure)));
    }
  }
}
