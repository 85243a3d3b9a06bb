/* The planners' page: which community is not served, by which care type. */
import { ApiError, get, sentenceOf, wasCut } from "./api";
import { config, regionNamed } from "./config";
import { byId, ensure, fill, h, type Child } from "./dom";
import { painted, whenIdle } from "./slices";
import { Notices } from "./notices";
import {
  coverageAddress, lacks, readChoice, writeChoice,
  type Choice, type Community, type CoverageAnswer,
} from "./planner_data";
import { download, fileName, toCsv, toGeoJson } from "./planner_export";
import { drawLegend, shapesOf } from "./planner_legend";
import type { PlannerMap } from "./planner_map";
import { PlannerPanel } from "./planner_panel";
import { PlannerTable, sorted, type Sort } from "./planner_table";
import { maps } from "./shared";
import { count, t } from "./text";

const DEFAULT_SHARE = 0.9;
const BUSY_TURNS = 8;
const BUSY_PAUSE_MS = 1200;
const WORST_FIRST: Sort = { column: "figure", falling: false };

class Planner {
  private choice: Choice;
  private sort: Sort = WORST_FIRST;
  private communities: Community[] = [];
  private share = DEFAULT_SHARE;
  private asked = ""; /* the address that this.communities answer */
  private asking: AbortController | null = null;
  private map: PlannerMap | null = null;
  private readonly region = regionNamed(new URLSearchParams(location.search).get("region"));
  private readonly headline: Element;
  private readonly legend: HTMLElement;
  private readonly notices: Notices;
  private readonly table: PlannerTable;
  private readonly panel: PlannerPanel;

  constructor(root: HTMLElement, private readonly form: HTMLFormElement, private readonly mapElement: HTMLElement) {
    this.choice = readChoice(location.search);
    const anchor = byId("planner-table")!;
    this.headline = root.querySelector(".headline")!;
    this.legend = root.querySelector<HTMLElement>(".legend-box")!;
    this.notices = new Notices(this.headline);
    root.querySelector(".downloads")!.addEventListener("click", (event) => this.takeAway(event.target as HTMLElement));
    document.body.classList.add("has-script", "map-open");
    const panelRoot = ensure("community-panel", "section", root, { class: "community-panel", hidden: true });
    this.panel = new PlannerPanel(panelRoot, this.region.name, () => this.pick(null, "both"));
    this.table = new PlannerTable(anchor, {
      pick: (code, by) => this.picked(code, by, "table"),
      sort: (sort) => {
        this.sort = sort;
        void this.table.show(this.communities, this.choice, sort);
        this.table.select(this.choice.pick, false);
        this.table.focusSort(sort.column);
      },
    });
    this.fillChoices();
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("popstate", () => {
      this.choice = readChoice(location.search);
      this.fillChoices();
      void this.run();
    });
    void this.run();
    this.whenMapIsSeen(() => void this.makeMap());
  }

  /** Fetched when there is time, and only once it is near what is seen. */
  private whenMapIsSeen(make: () => void): void {
    if (typeof IntersectionObserver !== "function") return whenIdle(make);
    const watcher = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      whenIdle(make);
    }, { rootMargin: "300px" });
    watcher.observe(this.mapElement);
  }

  private async makeMap(): Promise<void> {
    try {
      const { PlannerMap: Made } = await maps();
      await painted(); /* what was read is one piece of work, what is made of it another */
      this.map = new Made(this.mapElement, this.region, { pick: (code, by) => this.picked(code, by, "map") });
      await painted();
      await this.map.show(shapesOf(this.communities, this.choice));
      this.map.select(this.choice.pick, true);
    } catch {
      fill(this.mapElement, h("p", { class: "map-note" }, t("map.not_loaded")));
    }
  }

  private fillChoices(): void {
    const { choice } = this;
    for (const field of Array.from(this.form.elements) as (HTMLInputElement | HTMLSelectElement)[])
      if (field.name === "inclusive") (field as HTMLInputElement).checked = choice.inclusive;
      else if (field.name in choice) field.value = String(choice[field.name as "care"]);
  }

  private changed(): void {
    const read = new URLSearchParams();
    for (const field of Array.from(this.form.elements) as (HTMLInputElement | HTMLSelectElement)[])
      if (field.type !== "checkbox" || (field as HTMLInputElement).checked) read.set(field.name, field.value);
    this.choice = { ...readChoice(`?${read}`), pick: this.choice.pick };
    history.pushState(null, "", location.pathname + writeChoice(this.choice, location.search));
    void this.run();
  }

  /** What is shown, as a file or on paper. */
  private takeAway({ dataset }: HTMLElement): void {
    const save = (type: string, make: typeof toCsv): void =>
      download(fileName(this.choice, dataset["take"]!), type, make(this.shown(), this.choice));
    if (dataset["take"] === "csv") save("text/csv;charset=utf-8", toCsv);
    else if (dataset["take"] === "geojson") save("application/geo+json", toGeoJson);
    else if (dataset["take"] === "print") print();
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
      await painted();
      if (asking.signal.aborted) return;
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
    void this.table.show(communities, choice, this.sort);
    void this.map?.show(shapesOf(communities, choice));
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

const root = byId("planner");
const form = byId<HTMLFormElement>("planner-form");
const map = byId("map");
if (root && form && map && config.regions.length) setTimeout(() => new Planner(root, form, map), 0);
