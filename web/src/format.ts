/* Times, distances, ages and money in the reader's language. */
import { count, locale, number, t } from "./text";
import type { Interval, Offer } from "./types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 hours ago"; what is ahead by a little (clocks differ) is "just now". */
export function ago(moment: string, now: number = Date.now()): string {
  const passed = now - Date.parse(moment);
  if (passed < 2 * MINUTE) return t("ago.now");
  if (passed < HOUR) return count("ago.minutes", Math.floor(passed / MINUTE));
  if (passed < DAY) return count("ago.hours", Math.floor(passed / HOUR));
  return count("ago.days", Math.floor(passed / DAY));
}

export function metres(m: number): string {
  return m < 995 ? t("distance.m", { n: Math.round(m / 10) * 10 }) : t("distance.km", { n: number(m / 1000, 1) });
}

/** Minutes on foot: whole minutes, rounded up, as a timetable would. */
export function minutes(value: number): string {
  return count("minutes", Math.max(1, Math.ceil(value)));
}

const formats = new Map<string, (value: number) => string>();

/** Money from minor units: how many there are in one, the currency says (CNY 100, JPY 1). */
export function money(minor: number, currency: string): string {
  /* nearly all there is to write, without waking the browser's own formats (text.ts, number) */
  if (currency === "CNY" && minor % 100 === 0) return `${locale === "zh-CN" ? "¥" : "CN¥"}${number(minor / 100)}`;
  let format = formats.get(currency);
  if (!format) {
    const style = { style: "currency", currency, currencyDisplay: "symbol" } as const;
    const all = new Intl.NumberFormat(locale, style);
    const whole = new Intl.NumberFormat(locale, { ...style, minimumFractionDigits: 0, maximumFractionDigits: 0 });
    const digits = all.resolvedOptions().maximumFractionDigits ?? 2;
    format = (units) => (units % 10 ** digits === 0 ? whole : all).format(units / 10 ** digits);
    formats.set(currency, format);
  }
  return format(minor);
}

export function fee(offer: Offer): string {
  if (offer.price === null) return t("fee.unknown");
  const amount = money(offer.price, offer.currency);
  return offer.price_unit ? t(`fee.per.${offer.price_unit}`, { amount }) : amount;
}

function clock(text: string): string {
  const hour = Number(text.slice(0, 2));
  if (hour < 24 || text === "24:00") return text;
  return t("hours.next_day", { time: `${String(hour - 24).padStart(2, "0")}${text.slice(2)}` });
}

export function hours(intervals: Interval[] | undefined): string {
  if (!intervals) return t("hours.unknown");
  if (!intervals.length) return t("hours.closed_today");
  const spans = intervals.map(([begin, end]) => `${clock(begin)}–${clock(end)}`);
  return t("hours.today", { hours: spans.join(t("list.separator")) });
}

export function ageBand(band: Offer["age_months"]): string {
  if (!band || (band[0] === null && band[1] === null)) return t("age.band_unknown");
  const [low, high] = band;
  if (high === null) return t("age.band_from", { low: low ?? 0 });
  return t("age.band", { low: low ?? 0, high });
}

/** An age in months, as a parent says it. */
export function age(months: number): string {
  if (months < 0) return t("age.unborn");
  if (months < 24) return count("age.months", months);
  const years = Math.floor(months / 12);
  const rest = months % 12;
  return rest ? t("age.years_months", { years, months: rest }) : count("age.years", years);
}

/** Months since year 0 of "YYYY-MM"; null for anything else. */
export function monthNumber(text: string): number | null {
  const found = /^(\d{4})-(\d{2})$/.exec(text);
  if (!found) return null;
  const month = Number(found[2]);
  return month >= 1 && month <= 12 ? Number(found[1]) * 12 + month - 1 : null;
}

/** The month it is now in a time zone: "2026-11". */
export function monthNow(timezone: string): string {
  try {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: timezone, year: "numeric", month: "2-digit" })
      .formatToParts(new Date());
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
    return `${part("year")}-${part("month")}`;
  } catch {
    return new Date().toISOString().slice(0, 7); /* a browser that does not know the zone */
  }
}
