/* An offer in words: who may come, what is free and how old that is, what it costs, when it is open. */
import { ageBand, ago, age, fee, hours } from "./format";
import { count, list, t } from "./text";
import type { FacilityProperties, Offer } from "./types";
import type { Search } from "./state";

export type Tone = "free" | "full" | "ask" | "unknown";

export interface Availability {
  tone: Tone;
  words: string;
  age: string | null; /* how old the number is */
}

/**
 * Unknown is said as unknown: a stale number with its age and that it may have changed, never as free;
 * an hourly or drop-in offer without published slots as "ask".
 */
export function availability(offer: Offer, now: number = Date.now()): Availability {
  const old = offer.as_of ? t("asof", { ago: ago(offer.as_of, now) }) : null;
  if (offer.availability === "open") {
    const later = offer.open_because === "next_open";
    return { tone: "free", words: later ? t("open.later") : count("open.places", offer.open ?? 0), age: old };
  }
  if (offer.availability === "full") return { tone: "full", words: t("open.full"), age: old };
  if (offer.availability === "ask") return { tone: "ask", words: t("open.ask"), age: old };
  if (offer.freshness === "stale" && offer.open !== null)
    return { tone: "unknown", words: count("open.stale", offer.open), age: old };
  return { tone: "unknown", words: t("open.unknown"), age: old };
}

export interface OfferWords {
  care: string;
  ages: string;
  available: Availability;
  fee: string;
  hours: string;
}

export function offerWords(offer: Offer): OfferWords {
  return {
    care: offer.care ? t(`care.${offer.care}`) : t("care.unknown"),
    ages: ageBand(offer.age_months),
    available: availability(offer),
    fee: fee(offer),
    hours: hours(offer.hours_today),
  };
}

/** Why a facility is in the list: each filter that was set, with what answers it. */
export function reasons(facility: FacilityProperties, search: Search, ageMonths: number | null): string {
  const parts: string[] = [];
  if (search.care.length) {
    const offered = search.care.filter((care) => facility.offers.some((offer) => offer.care === care));
    parts.push(...offered.map((care) => t(`care.${care}`)));
  }
  const [first] = facility.offers;
  if (ageMonths !== null && first) parts.push(t("why.age", { age: age(ageMonths), band: ageBand(first.age_months) }));
  if (search.open) parts.push(t("why.open"));
  if (search.inclusive && facility.inclusive) parts.push(t("why.inclusive"));
  if (search.day && search.begin && search.end)
    parts.push(t("why.hours", { day: dayText(search.day), from: search.begin, to: search.end }));
  return parts.length ? t("why", { reasons: list(parts) }) : "";
}

export function dayText(day: string): string {
  return /^\d/.test(day) ? day : t(`day.${day as "mon"}`);
}
