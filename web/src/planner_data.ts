/* Coverage of communities as the API tells it, and the choices of the planners' page. */
import { CARES, PROFILES, type Care, type Position, type Profile } from "./types";

export const LEVELS = ["located", "reachable", "open"] as const;
export type Level = (typeof LEVELS)[number];
export const AGES = ["any", "6-12", "12-24", "24-36"] as const;
export type Age = (typeof AGES)[number];
export const PLAN_MINUTES = [5, 10, 15, 20, 30] as const;

export interface CareCoverage {
  located: number;
  reachable: number | null;
  open: number | null;
  median_minutes: number | null;
  p90_minutes: number | null;
  beyond_60: boolean; /* minutes that are null are farther than 60 */
}

/** Counts of people in public answers are rounded, small ones told as "<10". */
export type People = number | string | null;

export interface Community {
  community: string; /* its code */
  name: string;
  name_en: string | null;
  street: string | null;
  state: "known" | "few" | "no_data" | "off_network";
  residents: People;
  children: People;
  weight: "children" | "residents"; /* whose shares these are */
  care: Record<Care, CareCoverage>;
  missing: Care[] | null; /* null where nothing may be said */
  off_network_share: number | null;
  places_per_1000: number | null;
  standard_per_1000: number | null;
  places_needed: number | null;
  access: number | null;
  geometry?: { type: "Polygon" | "MultiPolygon"; coordinates: Position[][] | Position[][][] } | null;
}

export interface CoverageAnswer {
  run: { community_share: number };
  communities: Community[];
}

/** A facility that reaches people of a community, with the share of them whom it reaches. */
export interface Reaching {
  id: string;
  name: string | null;
  name_en: string | null;
  care: Care[];
  reachable: number;
}

export interface CommunityAnswer {
  facilities: Reaching[] | null; /* null where nothing may be said */
}

export interface Choice {
  care: Care;
  level: Level;
  minutes: number;
  profile: Profile;
  age: Age;
  inclusive: boolean;
  pick: string | null; /* code of a community */
}

function oneOf<T>(all: readonly T[], wanted: unknown, otherwise: T): T {
  return all.find((one) => String(one) === String(wanted)) ?? otherwise;
}

export function readChoice(query: string): Choice {
  const params = new URLSearchParams(query);
  const pick = params.get("pick") ?? "";
  return {
    care: oneOf(CARES, params.get("care"), "drop_in"),
    level: oneOf(LEVELS, params.get("level"), "reachable"),
    minutes: oneOf(PLAN_MINUTES, params.get("minutes"), 15),
    profile: oneOf(PROFILES, params.get("profile"), "stroller"),
    age: oneOf(AGES, params.get("age"), "any"),
    inclusive: params.get("inclusive") === "1",
    pick: /^\d{1,12}$/.test(pick) ? pick : null,
  };
}

export function writeChoice(choice: Choice, keep: string): string {
  const before = new URLSearchParams(keep);
  const params: string[] = [];
  const put = (name: string, value: string | null): void => {
    if (value) params.push(`${name}=${encodeURIComponent(value)}`);
  };
  put("lang", before.get("lang"));
  put("region", before.get("region"));
  put("care", choice.care);
  put("level", choice.level);
  put("minutes", String(choice.minutes));
  put("profile", choice.profile);
  put("age", choice.age === "any" ? null : choice.age);
  put("inclusive", choice.inclusive ? "1" : null);
  put("pick", choice.pick);
  return `?${params.join("&")}`;
}

function question(choice: Choice, region: string): string {
  const params = [`region=${encodeURIComponent(region)}`, `minutes=${choice.minutes}`, `profile=${choice.profile}`];
  if (choice.age !== "any") params.push(`age=${choice.age}`);
  if (choice.inclusive) params.push("inclusive=true");
  return params.join("&");
}

/** What is asked of the API: the level and the care type are in every answer. */
export function coverageAddress(choice: Choice, region: string): string {
  return `/v1/coverage?${question(choice, region)}&geometry=true`;
}

export function communityAddress(code: string, choice: Choice, region: string): string {
  return `/v1/coverage/${encodeURIComponent(code)}?${question(choice, region)}`;
}

/* Classes ------------------------------------------------------------------------------------- */

export interface Class {
  look: string; /* a class of the style sheet; the server's legend has the same (server/page_planner_head.c) */
  least: number; /* inclusive; of a share, or of a count */
}

const classes = (name: string, least: number[]): Class[] => least.map((one, i) => ({ look: `${name}-${i}`, least: one }));
const SHARES = classes("share", [0, 0.000001, 0.25, 0.5, 0.75, 0.9]);
const COUNTS = classes("count", [0, 1, 2, 3]);

export function classesOf(level: Level): Class[] {
  return level === "located" ? COUNTS : SHARES;
}

/** The figure that is shown: a count (located), a share, or null with its reason. */
export function figure(community: Community, choice: Choice): number | null {
  return community.care[choice.care]?.[choice.level] ?? null;
}

/** Why a figure is null. */
export function stateOf(community: Community): "no_data" | "off_network" {
  return community.state === "off_network" ? "off_network" : "no_data";
}

/** The place of a figure in classesOf(level); -1 where there is none. */
export function classOf(value: number | null, level: Level): number {
  if (value === null) return -1;
  let place = 0;
  classesOf(level).forEach(({ least }, i) => {
    if (value >= least) place = i;
  });
  return place;
}

/** Does a community lack the care: none located, or too little of it reached? Null: not known. */
export function lacks(community: Community, choice: Choice, share: number): boolean | null {
  const value = figure(community, choice);
  if (value === null) return null;
  return choice.level === "located" ? value < 1 : value < share;
}
