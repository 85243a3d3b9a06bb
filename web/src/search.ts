/* Asking /v1/nearby from one point or two, and merging what comes back by the lesser minutes. */
import { post } from "./api";
import { ageOf, type Search } from "./state";
import type { Facility, LonLat, NearbyAnswer, Relaxed } from "./types";

const PAGE = 50;
const LINE_METRES = 3000; /* where a region has no streets to walk on */

export interface FoundFacility {
  facility: Facility;
  from: "home" | "work"; /* the nearer of the two points */
}

export interface Found {
  items: FoundFacility[];
  by: "walk" | "line";
  age: number | null;
  matched: number | null; /* all that match; null where that is not known */
  unknown: number;
  complete: boolean;
  relax: Relaxed[];
}

export interface Asking {
  thisMonth: () => string;
  walk: boolean;
  cut: AbortSignal;
}

type Cursors = { home: string | null; work: string | null };

function body(search: Search, at: LonLat, asking: Asking, cursor: string | null): object {
  const asked: Record<string, unknown> = { lon: at.lon, lat: at.lat, limit: PAGE, relax: true };
  if (asking.walk) {
    asked["within_minutes"] = search.minutes;
    asked["profile"] = search.profile;
  } else asked["within_m"] = LINE_METRES;
  if (search.care.length) asked["care"] = search.care.join(",");
  if (search.born) asked["born"] = search.born;
  else if (search.age !== null) asked["age_months"] = search.age;
  if (search.start) asked["start"] = search.start;
  if (search.open) asked["open"] = true;
  if (search.inclusive) asked["inclusive"] = true;
  if (search.day && search.begin && search.end)
    Object.assign(asked, { day: search.day, from: search.begin, to: search.end });
  if (cursor) asked["cursor"] = cursor;
  return asked;
}

function cost(facility: Facility): number {
  return facility.properties.walk_minutes ?? facility.properties.distance_m;
}

/** What follows after this answer's page. */
function cursorOf(answer: NearbyAnswer | null): string | null {
  if (!answer || answer.complete) return null;
  return answer.links.find((link) => link.rel === "next")?.cursor ?? null;
}

/** The best single filter to drop is the one that gives most; more than are found now. */
export function bestRelaxed(found: Found): Relaxed | null {
  const better = found.relax.filter((one) => one.numberMatched > (found.matched ?? 0));
  return better.sort((a, b) => b.numberMatched - a.numberMatched)[0] ?? null;
}

function mergedRelax(answers: NearbyAnswer[]): Relaxed[] {
  const most = new Map<string, number>();
  /* of two points together at least the greater of their counts would match */
  for (const { drop, numberMatched } of answers.reduce<Relaxed[]>((all, one) => all.concat(one.relax ?? []), []))
    most.set(drop, Math.max(most.get(drop) ?? 0, numberMatched));
  return [...most].map(([drop, numberMatched]) => ({ drop, numberMatched }));
}

/**
 * Merge lists that are each in order: every facility once, from its nearer point. Of a list that goes
 * on, nothing is known beyond its last entry, so what is farther than that waits for the next page.
 */
export function merge(lists: { from: "home" | "work"; features: Facility[]; complete: boolean }[]): {
  items: FoundFacility[];
  complete: boolean;
} {
  const best = new Map<string, FoundFacility>();
  let known = Infinity;
  for (const { from, features, complete } of lists) {
    const last = features[features.length - 1];
    if (!complete && last) known = Math.min(known, cost(last));
    for (const facility of features) {
      const before = best.get(facility.id);
      if (!before || cost(facility) < cost(before.facility)) best.set(facility.id, { facility, from });
    }
  }
  const items = [...best.values()]
    .filter((item) => cost(item.facility) <= known)
    .sort((a, b) => cost(a.facility) - cost(b.facility) || (a.facility.id < b.facility.id ? -1 : 1));
  return { items, complete: lists.every((list) => list.complete) };
}

/** One search with its pages. */
export class Searching {
  private readonly pages: { home: Facility[]; work: Facility[] } = { home: [], work: [] };
  private readonly cursors: Cursors = { home: null, work: null };
  private head: NearbyAnswer | null = null; /* of the first page: what it counted holds for all */
  private relax: Relaxed[] = [];

  constructor(
    private readonly search: Search,
    private readonly asking: Asking,
  ) {}

  private async ask(which: "home" | "work", at: LonLat | null, again: boolean): Promise<NearbyAnswer | null> {
    const cursor = this.cursors[which];
    if (!at || (again && !cursor)) return null;
    const sent = body(this.search, at, this.asking, cursor);
    const answer = await post<NearbyAnswer>("/v1/nearby", sent, this.asking.cut);
    this.pages[which].push(...answer.features);
    this.cursors[which] = cursorOf(answer);
    return answer;
  }

  /** The first page, or, `again`, one more of each list that goes on. */
  async next(again = false): Promise<Found> {
    const { home, work } = this.search;
    const answers = (await Promise.all([this.ask("home", home, again), this.ask("work", work, again)])).filter(
      (answer): answer is NearbyAnswer => answer !== null,
    );
    const lists = (["home", "work"] as const)
      .filter((which) => this.search[which] !== null)
      .map((from) => ({ from, features: this.pages[from], complete: this.cursors[from] === null }));
    const { items, complete } = merge(lists);
    if (!again) {
      this.head = answers[0] ?? null;
      this.relax = mergedRelax(answers);
    }
    const counted = lists.length === 1 ? this.head?.numberMatched : undefined;
    return {
      items,
      complete,
      by: this.head?.by ?? "walk",
      age: this.head?.age_months ?? ageOf(this.search, this.asking.thisMonth),
      matched: counted ?? (complete ? items.length : null),
      unknown: lists.length === 1 ? (this.head?.unknownMatched ?? 0) : 0,
      relax: this.relax,
    };
  }
}
