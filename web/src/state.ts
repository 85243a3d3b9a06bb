/*
 * What is searched and shown, and how it stands in the address bar.
 *
 *   at=120.181,30.187      the point, rounded to 0.001°; at2= the second one
 *   care=hourly,drop_in    age=18  start=2027-02  open=1  inclusive=1
 *   day=mon&hours=0900-1700  minutes=15  profile=toddler  pick=ID  compare=ID,ID
 *
 * The birth month and the exact point are never written there: they stay in the history entry, which
 * the browser keeps to itself, so that going back finds them again. Names that other software appends
 * to shared links (from, to, isappinstalled) are not ours; whatever is not known here is ignored.
 */
import { CARES, PROFILES, WEEKDAYS, type Care, type LonLat, type Profile } from "./types";
import { monthNumber } from "./format";

export const MINUTES = [5, 10, 15, 20, 30, 45, 60] as const;
export const DEFAULT_MINUTES = 30;
export const COMPARE_MAX = 3;
const MAX_AGE = 216;

export interface Search {
  home: LonLat | null;
  work: LonLat | null;
  care: Care[];
  born: string; /* YYYY-MM or "" */
  start: string; /* YYYY-MM or "" */
  age: number | null; /* months at the start; from a link, where born is "" */
  open: boolean;
  inclusive: boolean;
  day: string; /* mon … sun, YYYY-MM-DD or "" */
  begin: string; /* HH:MM or "" */
  end: string;
  minutes: number;
  profile: Profile;
}

export interface View {
  search: Search;
  pick: string | null;
  compare: string[];
}

export function emptySearch(): Search {
  return {
    home: null,
    work: null,
    care: [],
    born: "",
    start: "",
    age: null,
    open: false,
    inclusive: false,
    day: "",
    begin: "",
    end: "",
    minutes: DEFAULT_MINUTES,
    profile: "stroller",
  };
}

/** A point as it may stand in an address: three decimals, some 100 m. */
export function roundedPoint(at: LonLat): string {
  return `${at.lon.toFixed(3)},${at.lat.toFixed(3)}`;
}

function readPoint(text: string | null): LonLat | null {
  const found = /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/.exec(text ?? "");
  if (!found) return null;
  const at = { lon: Number(found[1]), lat: Number(found[2]) };
  return Math.abs(at.lon) <= 180 && Math.abs(at.lat) <= 90 ? at : null;
}

function readHours(text: string | null): [string, string] {
  const found = /^([01]\d|2[0-3])([0-5]\d)-([01]\d|2[0-4])([0-5]\d)$/.exec(text ?? "");
  return found ? [`${found[1]}:${found[2]}`, `${found[3]}:${found[4]}`] : ["", ""];
}

function readDay(text: string | null): string {
  const day = text ?? "";
  return (WEEKDAYS as readonly string[]).includes(day) || /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : "";
}

function readAge(text: string | null): number | null {
  return text !== null && /^\d{1,3}$/.test(text) && Number(text) <= MAX_AGE ? Number(text) : null;
}

function readIds(text: string | null): string[] {
  const ids = (text ?? "").split(",").filter((id) => /^[a-z0-9-]{1,64}$/.test(id));
  return [...new Set(ids)].slice(0, COMPARE_MAX);
}

/** The age in months at the start month, or this month; null where no birth month is given. */
export function ageOf(search: Search, thisMonth: () => string): number | null {
  const born = monthNumber(search.born);
  if (born === null) return search.age;
  const at = monthNumber(search.start) ?? monthNumber(thisMonth());
  return at === null ? null : at - born;
}

export function readAddress(query: string): View {
  const params = new URLSearchParams(query);
  const search = emptySearch();
  search.home = readPoint(params.get("at"));
  search.work = readPoint(params.get("at2"));
  const cares = (params.get("care") ?? "").split(",");
  search.care = CARES.filter((care) => cares.includes(care));
  search.age = readAge(params.get("age"));
  const start = params.get("start") ?? "";
  search.start = monthNumber(start) === null ? "" : start;
  search.open = params.get("open") === "1";
  search.inclusive = params.get("inclusive") === "1";
  search.day = readDay(params.get("day"));
  [search.begin, search.end] = readHours(params.get("hours"));
  const minutes = Number(params.get("minutes"));
  if ((MINUTES as readonly number[]).includes(minutes)) search.minutes = minutes;
  search.profile = PROFILES.find((profile) => profile === params.get("profile")) ?? "stroller";
  const [pick = null] = readIds(params.get("pick"));
  return { search, pick, compare: readIds(params.get("compare")) };
}

/** The query of the address; `keep` is the present one, whose language choice stays. */
export function writeAddress(view: View, thisMonth: () => string, keep: string): string {
  const { search } = view;
  const params: [string, string][] = [];
  const put = (name: string, value: string | null | false): void => {
    if (value) params.push([name, value]);
  };
  const age = ageOf(search, thisMonth);
  put("lang", new URLSearchParams(keep).get("lang"));
  put("at", search.home && roundedPoint(search.home));
  put("at2", search.work && roundedPoint(search.work));
  put("care", search.care.join(","));
  put("age", age !== null && age >= 0 && age <= MAX_AGE && String(age));
  put("start", search.start);
  put("open", search.open && "1");
  put("inclusive", search.inclusive && "1");
  put("day", search.day);
  put("hours", search.begin && search.end && `${search.begin}-${search.end}`.replace(/:/g, ""));
  put("minutes", search.minutes !== DEFAULT_MINUTES && String(search.minutes));
  put("profile", search.profile !== "stroller" && search.profile);
  put("pick", view.pick);
  put("compare", view.compare.join(","));
  /* commas and colons may stand in a query as they are, and read better */
  const text = params.map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2C/g, ",")}`);
  return text.length ? `?${text.join("&")}` : "";
}

/** What a history entry keeps besides its address: the exact points and the birth month. */
export interface Kept {
  home: LonLat | null;
  work: LonLat | null;
  born: string;
}

export function kept(search: Search): Kept {
  return { home: search.home, work: search.work, born: search.born };
}

function sameRounded(a: LonLat | null, b: LonLat | null): boolean {
  return a === b || (a !== null && b !== null && roundedPoint(a) === roundedPoint(b));
}

/** The view of an address with what its history entry kept, where the two still speak of the same. */
export function restored(query: string, entry: unknown): View {
  const view = readAddress(query);
  const held = entry as Kept | null;
  if (!held || typeof held !== "object") return view;
  if (sameRounded(held.home, view.search.home)) view.search.home = held.home;
  if (sameRounded(held.work, view.search.work)) view.search.work = held.work;
  if (typeof held.born === "string" && monthNumber(held.born) !== null) {
    view.search.born = held.born;
    view.search.age = null;
  }
  return view;
}
