/* The planners' page: which community is not served, by which care type. */
import { ApiError, get, sentenceOf, wasCut } from "./api";
import { config, regionNamed } from "./config";
import { byId, ensure, fill, h, type Child } from "./dom";
import { Notices } from "./notices";
import {
  AGES, coverageAddress, lacks, LEVELS, PLAN_MINUTES, readChoice, writeChoice,
  type Choice, type Community, type CoverageAnswer,
} from "./planner_data";
import { download, fileName, toCsv, toGeoJson } from "./planner_export";
import { drawLegend, type PlannerMap } from "./planner_map";
import { PlannerPanel } from "./planner_panel";
import { PlannerTable, sorted, type Sort } from "./planner_table";
import { count, t } from "./text";
import { CARES, PROFILES } from "./types";

const DEFAULT_SHARE = 0.9;
const BUSY_TURNS = 8;
const BUSY_PAUSE_MS = 1200;
const WORST_FIRST: Sort = { column: "figure", falling: false };

/** A choice as a select of its own, wired by name. */
function select(name: string, label: string, options: [string, string][], value: string): HTMLElement {
  const field = h("select", { name, id: `planner-${name}` }, ...options.map(([code, text]) => h("option", { value: code }, text)));
  field.value = value;
  return h("label", { for: `planner-${name}` }, h("span", {}, label), field);
}

export class Planner {
  private choice: Choice;
  private sort: Sort = WORST_FIRST;
  private communities: Community[] = [];
  private share = DEFAULT_SHARE;
  private asked = ""; /* the address that this.communities answer */
  private asking: AbortController | null = null;
  private map: PlannerMap | null = null;
  private readonly region = regionNamed(new URLSearchParams(location.search).get("region"));
  private readonly form = h("form", { class: "choices", "aria-label": t("planner.choices") });
  private readonly headline = h("p", { class: "headline" });
  private readonly legend = h("section", { class: "legend-box" });
  private readonly notices: Notices;
  private readonly table: PlannerTable;
  private readonly panel: PlannerPanel;

  constructor(root: HTMLElement, private readonly mapElement: HTMLElement) {
    this.choice = readChoice(location.search);
    byId("planner-form")?.remove(); /* ours asks without loading the page */
    const anchor = ensure("planner-table", "div", root, { class: "scroll", tabindex: "0", role: "region", "aria-label": t("planner.table") });
    this.notices = new Notices(anchor);
    const side = h("div", { class: "map-side" });
    mapElement.insertAdjacentElement("beforebegin", side);
    side.append(this.legend, mapElement);
    side.insertAdjacentElement("beforebegin", this.form);
    side.insertAdjacentElement("beforebegin", this.headline);
    anchor.insertAdjacentElement("beforebegin", this.downloads());
    document.body.classList.add("has-script", "map-open");
    root.classList.add("with-script");
    /* what the page says without us: of its own table */
    for (const element of root.querySelectorAll<HTMLElement>(":scope > p:not([class]), :scope > p.choices")) element.hidden = true;
    const panelRoot = ensure("community-panel", "section", root, { class: "community-panel", hidden: true });
    this.panel = new PlannerPanel(panelRoot, () => this.pick(null, "both"));
    this.table = new PlannerTable(anchor, {
      pick: (code, by) => this.picked(code, by, "table"),
      sort: (sort) => {
        this.sort = sort;
        this.table.show(this.communities, this.choice, sort);
        this.table.select(this.choice.pick, false);
        this.table.focusSort(sort.column);
      },
    });
    this.fillChoices();
    this.form.addEventListener("change", () => this.changed());
    addEventListener("popstate", () => {
      this.choice = readChoice(location.search);
      this.fillChoices();
      void this.run();
    });
    void this.run();
    void this.makeMap();
  }

  private async makeMap(): Promise<void> {
    const { PlannerMap: Made } = await import("./planner_map");
    this.map = new Made(this.mapElement, this.region, { pick: (code, by) => this.picked(code, by, "map") });
    this.map.show(this.communities, this.choice);
    this.map.select(this.choice.pick, true);
  }

  private fillChoices(): void {
    const { choice } = this;
    const options = <T extends string | number>(all: readonly T[], text: (one: T) => string): [string, string][] =>
      all.map((one) => [String(one), text(one)]);
    const inclusive = h("input", { type: "checkbox", name: "inclusive", value: "1" });
    inclusive.checked = choice.inclusive;
    fill(
      this.form,
      select("care", t("planner.care"), options(CARES, (one) => t(`care.${one}`)), choice.care),
      select("level", t("planner.level"), options(LEVELS, (one) => t(`level.${one}`)), choice.level),
      select("minutes", t("planner.within"), options(PLAN_MINUTES, (n) => count("minutes", n)), String(choice.minutes)),
      select("profile", t("planner.profile"), options(PROFILES, (one) => t(`profile.${one}`)), choice.profile),
      select("age", t("planner.age"), options(AGES, (one) => t(`planner.age.${one}`)), choice.age),
      h("label", { class: "tick" }, inclusive, h("span", {}, t("planner.inclusive"))),
    );
  }

  private changed(): void {
    const read = new URLSearchParams();
    for (const field of Array.from(this.form.elements) as (HTMLInputElement | HTMLSelectElement)[])
      if (field.type !== "checkbox" || (field as HTMLInputElement).checked) read.set(field.name, field.value);
    this.choice = { ...readChoice(`?${read}`), pick: this.choice.pick };
    history.pushState(null, "", location.pathname + writeChoice(this.choice, location.search));
    void this.run();
  }

  private downloads(): HTMLElement {
    const button = (extension: string, type: string, make: typeof toCsv): HTMLElement =>
      h(
        "button",
        { type: "button", onclick: () => download(fileName(this.choice, extension), type, make(this.shown(), this.choice)) },
        t(extension === "csv" ? "planner.csv" : "planner.geojson"),
      );
    return h(
      "p",
      { class: "downloads" },
      button("csv", "text/csv;charset=utf-8", toCsv),
      button("geojson", "application/geo+json", toGeoJson),
      h("button", { type: "button", onclick: () => print() }, t("planner.print")),
    );
  }

  private shown(): Community[] {
    return sorted(this.communities, this.choice, this.sort);
  }

  private async run(): Promise<void> {
    const address = coverageAddress(this.choice, this.region.name);
    if (address === this.asked) return this.draw(); /* another level or care type of the same answer */
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.notices.clear();
    this.notices.say(t("planner.loading"));
    try {
      const answer = await this.ask(address, asking.signal);
      this.share = answer.run.community_share;
      this.communities = answer.communities;
      this.asked = address;
      this.draw();
    } catch (failure) {
      if (wasCut(failure)) return;
      this.notices.fail(sentenceOf(failure), () => void this.run());
    }
  }

  /** Coverage of a new choice is computed first, of few choices at a time: a busy server is asked again. */
  private async ask(address: string, cut: AbortSignal): Promise<CoverageAnswer> {
    for (let turn = 0; ; turn++)
      try {
        return await get<CoverageAnswer>(address, cut);
      } catch (failure) {
        if (!(failure instanceof ApiError) || failure.trouble !== "busy" || turn === BUSY_TURNS) throw failure;
        await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
        if (cut.aborted) throw new DOMException("", "AbortError");
      }
  }

  private draw(): void {
    const { communities, choice } = this;
    const lacking = communities.filter((one) => lacks(one, choice, this.share) === true).length;
    const unknown = communities.filter((one) => lacks(one, choice, this.share) === null).length;
    const words: Child[] = [
      t(choice.level === "located" ? "planner.lacking_located" : "planner.lacking", {
        n: lacking,
        all: communities.length,
        care: t(`care.${choice.care}`),
        level: t(`level.${choice.level}`),
        minutes: choice.minutes,
        share: Math.round(this.share * 100),
      }),
      unknown > 0 && ` ${count("planner.unknown", unknown)}`,
    ];
    fill(this.headline, ...words);
    this.notices.clear();
    this.notices.say("");
    drawLegend(this.legend, communities, choice);
    this.table.show(communities, choice, this.sort);
    this.map?.show(communities, choice);
    this.pick(choice.pick, "both", false);
  }

  private picked(code: string, by: "tap" | "hover", source: "table" | "map"): void {
    if (by === "tap") this.pick(code, source);
    else if (this.choice.pick === null) {
      this.table.select(code, false);
      this.map?.select(code, false);
    }
  }

  private pick(code: string | null, source: "table" | "map" | "both", focus = true): void {
    const community = this.communities.find((one) => one.community === code);
    this.choice = { ...this.choice, pick: community ? code : null };
    history.replaceState(null, "", location.pathname + writeChoice(this.choice, location.search));
    this.table.select(this.choice.pick, source === "map");
    this.map?.select(this.choice.pick, source === "table");
    if (community) this.panel.show(community, this.choice, focus && source !== "both");
    else this.panel.hide();
  }
}

export function startPlanner(): void {
  const root = byId("planner");
  const map = byId("map");
  if (root && map && config.regions.length) new Planner(root, map);
}
