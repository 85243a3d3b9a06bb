/* The page for parents: ties the form, the list, the map, the comparison and the address bar together. */
import { ApiError, sentenceOf, wasCut } from "./api";
import { Compare } from "./compare";
import { config, regionAt } from "./config";
import { byId, ensure, h } from "./dom";
import { age as ageText, monthNow } from "./format";
import { fillForm, focusField, readForm, upgradeFields } from "./form";
import { MapPanel } from "./map_panel";
import { Notices } from "./notices";
import { emptyAnswer } from "./relax";
import { Results } from "./results";
import { Searching, type Found } from "./search";
import { ageOf, COMPARE_MAX, kept, restored, writeAddress, type Search, type View } from "./state";
import { count, t } from "./text";
import type { LonLat } from "./types";
import { Where, type Which } from "./where";

class Finder {
  private view: View;
  private found: Found | null = null;
  private searching: Searching | null = null;
  private asking: AbortController | null = null;
  private readonly notices: Notices;
  private readonly where: Where;
  private readonly results: Results;
  private readonly compare: Compare;
  private readonly panel: MapPanel;
  private readonly ageNote = h("p", { class: "age-note", hidden: true });

  constructor(private readonly form: HTMLFormElement, private readonly app: HTMLElement, root: HTMLElement, map: HTMLElement) {
    this.view = restored(location.search, history.state);
    this.notices = new Notices(form);
    this.results = new Results(root, {
      select: (id, by) => this.select(id, by === "tap", "list"),
      compare: (id, chosen) => this.choose(id, chosen),
      more: () => void this.more(),
    });
    /* below both columns, the whole width */
    const below = byId("main") ?? document.body;
    const table = ensure("compare", "section", below, { class: "compare", hidden: true, "aria-label": t("compare.heading") });
    const bar = ensure("compare-bar", "div", below, { class: "compare-bar", hidden: true });
    this.compare = new Compare(bar, table, {
      remove: (id) => this.choose(id, false),
      clear: () => this.setCompare([]),
    });
    this.where = new Where(this.form.querySelector<HTMLDetailsElement>("details.where")!, {
      moved: (which, at) => this.moved(which, at),
      pick: (which) => this.panel.pick(which),
      say: (sentence) => this.notices.say(sentence),
      fail: (sentence) => this.notices.fail(sentence),
    });
    this.panel = new MapPanel(map, regionAt(this.view.search.home), {
      select: (id, by) => this.select(id, by === "tap", "map"),
      tap: (at) => {
        if (!this.view.search.home) this.moved("home", at);
      },
      picked: (which, at) => this.moved(which, at),
    });
    const more = this.moreBox();
    if (more) upgradeFields(more);
    this.fieldOf("born")?.insertAdjacentElement("afterend", this.ageNote);
    document.body.classList.add("has-script");
    this.listen();
    this.showView();
    if (this.view.search.home || this.view.search.work) void this.run();
  }

  private fieldOf(name: string): Element | null {
    return this.form.querySelector(`[name="${name}"]`);
  }

  private listen(): void {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.form.addEventListener("change", (event) => {
      const { name } = event.target as HTMLInputElement;
      if (name && name !== "q") this.change(readForm(this.form, this.view.search));
    });
    addEventListener("popstate", (event) => {
      this.view = restored(location.search, event.state);
      this.showView();
      this.startOver();
    });
    addEventListener("online", () => this.notices.clear());
  }

  /** Asked only where it matters: to know the months of a time zone costs a phone some time. */
  private thisMonth(): string {
    return monthNow(regionAt(this.view.search.home).timezone);
  }

  /** Fill every control from the view. */
  private showView(): void {
    const { search } = this.view;
    fillForm(this.form, search);
    this.where.show(search.home, search.work, this.results.isServed());
    this.showUsed();
  }

  private moreBox(): HTMLDetailsElement | null {
    return this.form.querySelector<HTMLDetailsElement>("details.more");
  }

  /** What is behind the form's disclosures, in their summaries. */
  private showUsed(): void {
    const { search } = this.view;
    const used = this.form.querySelector(".used");
    const age = ageOf(search, () => this.thisMonth());
    const dayName = this.form.querySelector<HTMLSelectElement>("[name=day]")?.selectedOptions[0]?.textContent ?? search.day;
    const parts = [count("minutes", search.minutes), t(`profile.${search.profile}`)];
    if (age !== null) parts.push(ageText(age));
    if (search.day && search.begin && search.end) parts.push(`${dayName} ${search.begin}–${search.end}`);
    if (used) used.textContent = parts.join(t("list.separator"));
    this.showAge();
  }

  /** With a point to start from the list is what matters: the form closes to what it says. */
  private settle(answered: boolean): void {
    this.app.classList.toggle("answered", answered);
    this.where.open(!answered);
    if (!answered) return;
    const more = this.moreBox();
    if (more) more.open = false;
    if (this.form.getBoundingClientRect().bottom < 0) this.form.scrollIntoView({ block: "start" });
  }

  /** An age that came with a link, where the birth month is not known; it can be taken away. */
  private showAge(): void {
    const { age } = this.view.search;
    this.ageNote.hidden = age === null;
    this.ageNote.textContent = "";
    if (age === null) return;
    const forget = h("button", { type: "button", class: "quiet", onclick: () => this.change({ ...this.view.search, age: null }) }, t("age.forget"));
    this.ageNote.append(`${t("age.from_link", { age: ageText(age) })} `, forget);
  }

  /** Write the address: a new search is a step that "back" undoes, a selection is not. */
  private remember(step: boolean): void {
    const address = location.pathname + writeAddress(this.view, () => this.thisMonth(), location.search);
    const state = kept(this.view.search);
    if (step && address !== location.pathname + location.search) history.pushState(state, "", address);
    else history.replaceState(state, "", address);
  }

  private moved(which: Which, at: LonLat | null): void {
    const search = { ...this.view.search, [which]: at };
    this.where.show(search.home, search.work);
    this.settle(search.home !== null || search.work !== null);
    this.change(search);
  }

  private change(search: Search): void {
    this.view = { ...this.view, search, pick: null };
    this.remember(true);
    this.showUsed();
    this.startOver();
  }

  private startOver(): void {
    if (this.view.search.home || this.view.search.work) void this.run();
    else this.forget();
  }

  private forget(): void {
    this.asking?.abort();
    this.found = null;
    this.settle(false);
    this.results.message();
    this.notices.say("");
    this.panel.show(this.view.search, null);
    this.compare.show([]);
  }

  private async submit(): Promise<void> {
    for (const which of ["home", "work"] as const)
      if (this.where.isUnsettled(which) && !(await this.where.settle(which))) {
        this.notices.fail(t("where.not_found"));
        this.where.focus(which);
        return;
      }
    const search = readForm(this.form, this.view.search);
    if (!search.home && !search.work) {
      this.notices.fail(t("where.first"));
      this.where.focus();
      return;
    }
    const missing = (["day", "begin", "end"] as const).filter((part) => !search[part]);
    if (missing.length > 0 && missing.length < 3) {
      this.notices.fail(t("hours.incomplete"));
      focusField(this.form, { day: "day", begin: "from", end: "to" }[missing[0] ?? "day"]);
      return;
    }
    this.view = { ...this.view, search };
    this.remember(true);
    this.showUsed();
    this.settle(true);
    await this.run();
    if (this.found?.items.length) this.results.focusHeading();
  }

  private async run(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const { search } = this.view;
    const walk = regionAt(search.home ?? search.work).walk !== false;
    this.searching = new Searching(search, { thisMonth: () => this.thisMonth(), walk, cut: asking.signal });
    await this.fetched(asking, false);
  }

  private async more(): Promise<void> {
    if (this.asking) await this.fetched(this.asking, true);
  }

  private async fetched(asking: AbortController, again: boolean): Promise<void> {
    const { searching } = this;
    this.notices.clear();
    if (!this.results.isServed()) this.notices.say(t("status.searching"));
    document.body.setAttribute("aria-busy", "true");
    try {
      const found = await searching!.next(again);
      if (this.asking !== asking) return;
      this.show(found);
    } catch (failure) {
      if (wasCut(failure) || this.asking !== asking) return;
      this.failed(failure);
    } finally {
      if (this.asking === asking) document.body.removeAttribute("aria-busy");
    }
  }

  private failed(failure: unknown): void {
    this.found = null;
    if (!this.results.isServed()) {
      this.results.message();
      this.where.open(true);
    }
    this.panel.show(this.view.search, null);
    this.notices.fail(sentenceOf(failure), () => void this.run());
    if (failure instanceof ApiError && failure.trouble === "refused") focusField(this.form, failure.parameter);
  }

  private show(found: Found): void {
    this.found = found;
    const { search, compare } = this.view;
    if (found.items.length) this.results.show(found, search, compare);
    else this.results.message(emptyAnswer(found, search, (relaxed) => {
      fillForm(this.form, relaxed);
      this.change(relaxed);
    }));
    this.notices.say(found.items.length ? count("status.found", found.matched ?? found.items.length) : t("status.none"));
    this.panel.show(search, found);
    this.showCompare();
    this.select(this.view.pick, false, "both");
  }

  /** Mark one facility in the list and on the map; what was not its source is brought to it. */
  private select(id: string | null, keep: boolean, source: "list" | "map" | "both"): void {
    this.results.select(id, source === "map" && keep);
    this.panel.select(id, source === "list" && keep);
    if (!keep || this.view.pick === id) return;
    this.view = { ...this.view, pick: id };
    this.remember(false);
  }

  private choose(id: string, chosen: boolean): void {
    const others = this.view.compare.filter((other) => other !== id);
    if (chosen && others.length >= COMPARE_MAX) this.notices.say(t("compare.full", { max: COMPARE_MAX }));
    this.setCompare(chosen && others.length < COMPARE_MAX ? [...others, id] : others);
  }

  private setCompare(ids: string[]): void {
    this.view = { ...this.view, compare: ids };
    this.remember(false);
    this.showCompare();
  }

  private showCompare(): void {
    const { compare } = this.view;
    this.results.compared(compare);
    const chosen = compare.map((id) => this.found?.items.find((item) => item.facility.id === id));
    this.compare.show(chosen.filter((item): item is NonNullable<typeof item> => item !== undefined));
  }
}

const form = byId<HTMLFormElement>("search-form");
const app = byId("app");
const results = byId("results");
const map = byId("map");
/* reading the script is one piece of work, what it begins another: taps in between are answered */
if (form && app && results && map && config.regions.length) setTimeout(() => new Finder(form, app, results, map), 0);
