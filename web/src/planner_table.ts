/* The table beside the planners' map: the same figures, sortable, one row a community. */
import { fill, h } from "./dom";
import { painted } from "./slices";
import { number, named, t, type Key } from "./text";
import { figure, stateOf, type Choice, type Community, type People } from "./planner_data";
import type { Care } from "./types";

export function people(value: People): string {
  if (value === null) return t("unknown");
  return typeof value === "number" ? number(value) : value;
}

export function percent(share: number): string {
  /* cut, not rounded: 89.97 % is not 90 % */
  return `${number(Math.floor(share * 1000 + 1e-9) / 10, 1)}%`;
}

export function figureText(community: Community, choice: Choice): string {
  const value = figure(community, choice);
  if (value === null) return t(`state.${stateOf(community)}`);
  return choice.level === "located" ? number(value) : percent(value);
}

type Quantile = "median" | "p90";

/** Minutes to the nearest for half, or nine tenths, of those who live there. */
export function minutesText(community: Community, care: Care, quantile: Quantile): string {
  const cover = community.care[care];
  const value = cover[quantile === "median" ? "median_minutes" : "p90_minutes"];
  if (value !== null) return number(value, 1);
  return cover.beyond_60 ? t("planner.beyond_60") : "–";
}

export function numberText(value: number | null, digits = 1): string {
  return value === null ? "–" : number(value, digits);
}

export interface Column {
  id: string;
  heading: Key;
  text(community: Community, choice: Choice): string;
  order(community: Community, choice: Choice): number | string;
}

const last = (value: number | null | undefined): number => value ?? Number.POSITIVE_INFINITY;
const peopleOrder = (value: People): number => (typeof value === "number" ? value : value === null ? -1 : 0);

export const COLUMNS: Column[] = [
  {
    id: "name",
    heading: "planner.community",
    text: (one) => named(one) ?? one.community,
    order: (one) => named(one) ?? one.community,
  },
  { id: "figure", heading: "planner.figure", text: figureText, order: (one, choice) => last(figure(one, choice)) },
  {
    id: "median",
    heading: "planner.median",
    text: (one, { care }) => minutesText(one, care, "median"),
    order: (one, { care }) => last(one.care[care]?.median_minutes),
  },
  {
    id: "p90",
    heading: "planner.p90",
    text: (one, { care }) => minutesText(one, care, "p90"),
    order: (one, { care }) => last(one.care[care]?.p90_minutes),
  },
  { id: "children", heading: "planner.children", text: (one) => people(one.children), order: (one) => peopleOrder(one.children) },
  {
    id: "places",
    heading: "planner.places",
    text: (one) => `${numberText(one.places_per_1000)} / ${numberText(one.standard_per_1000)}`,
    order: (one) => last(one.places_per_1000),
  },
  {
    id: "missing",
    heading: "planner.missing",
    text: (one) => (one.missing ? one.missing.map((care) => t(`care.${care}`)).join(t("list.separator")) || t("planner.none_missing") : "–"),
    order: (one) => -(one.missing?.length ?? 0),
  },
];

export interface Sort {
  column: string;
  falling: boolean;
}

export function sorted(communities: Community[], choice: Choice, sort: Sort): Community[] {
  const column = COLUMNS.find(({ id }) => id === sort.column) ?? COLUMNS[0]!;
  const sign = sort.falling ? -1 : 1;
  return [...communities].sort((a, b) => {
    const [x, y] = [column.order(a, choice), column.order(b, choice)];
    if (x === y) return a.community < b.community ? -1 : 1;
    /* what is not known stays at the end, whichever way one sorts */
    if (x === Number.POSITIVE_INFINITY) return 1;
    if (y === Number.POSITIVE_INFINITY) return -1;
    const order = typeof x === "string" && typeof y === "string" ? x.localeCompare(y, "zh-CN") : x < y ? -1 : 1;
    return sign * order;
  });
}

const ROWS_A_SLICE = 8;

export interface TableEvents {
  pick(code: string, by: "tap" | "hover"): void;
  sort(sort: Sort): void;
}

export class PlannerTable {
  private rows = new Map<string, HTMLTableRowElement>();
  private showing = 0;
  private selected: string | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly events: TableEvents,
  ) {}

  /**
   * The first rows at once, the others in slices; `aria-busy` until all are there. A table that is there
   * already stays until the whole new one takes its place.
   */
  async show(communities: Community[], choice: Choice, sort: Sort): Promise<void> {
    const turn = ++this.showing;
    const isFirst = this.rows.size === 0;
    const rows = new Map<string, HTMLTableRowElement>();
    const body = h("tbody");
    const head = h("tr", {}, ...COLUMNS.map((column) => this.heading(column, choice, sort)));
    const words = { care: t(`care.${choice.care}`), level: t(`level.${choice.level}`), minutes: choice.minutes };
    const table = h("table", { class: "coverage chosen" }, h("caption", {}, t("planner.caption", words)), h("thead", {}, head), body);
    this.root.setAttribute("aria-busy", "true");
    const all = sorted(communities, choice, sort);
    for (let i = 0; i < all.length; i++) {
      const row = this.row(all[i]!, choice);
      rows.set(all[i]!.community, row);
      body.appendChild(row);
      if (!isFirst || i % ROWS_A_SLICE !== 0 || i === 0) continue;
      if (table.parentNode !== this.root) fill(this.root, table);
      await painted();
      if (turn !== this.showing) return;
    }
    this.rows = rows;
    if (table.parentNode !== this.root) fill(this.root, table);
    this.root.removeAttribute("aria-busy");
    this.select(this.selected, false);
  }

  private heading(column: Column, choice: Choice, sort: Sort): HTMLElement {
    const here = sort.column === column.id;
    const falling = here && !sort.falling;
    const words = column.id === "figure" ? t(`level.${choice.level}`) : t(column.heading);
    const arrow = here ? (sort.falling ? " ▼" : " ▲") : "";
    return h(
      "th",
      { scope: "col", "aria-sort": here ? (sort.falling ? "descending" : "ascending") : "none" },
      h(
        "button",
        { type: "button", "data-sort": column.id, onclick: () => this.events.sort({ column: column.id, falling }) },
        words,
        h("span", { "aria-hidden": "true" }, arrow),
      ),
    );
  }

  private row(community: Community, choice: Choice): HTMLTableRowElement {
    const pick = (by: "tap" | "hover") => (): void => this.events.pick(community.community, by);
    const cells = COLUMNS.map((column, i) => {
      const text = column.text(community, choice);
      if (i > 0) return h("td", { "data-column": column.id }, text);
      return h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: pick("tap") }, text));
    });
    const row = h("tr", { "data-code": community.community, onmouseenter: pick("hover") }, ...cells);
    this.rows.set(community.community, row);
    return row;
  }

  select(code: string | null, bring: boolean): void {
    this.selected = code;
    for (const [other, row] of this.rows) row.classList.toggle("selected", other === code);
    if (bring && code) this.rows.get(code)?.scrollIntoView({ block: "nearest" });
  }

  focusSort(column: string): void {
    this.root.querySelector<HTMLElement>(`[data-sort="${column}"]`)?.focus();
  }
}
