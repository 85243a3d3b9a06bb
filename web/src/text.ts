/* What the page says, in the reader's language. The texts are shared with the server: web/text. */
import en from "../text/en.json";
import zh from "../text/zh.json";

export type Key = keyof typeof zh & keyof typeof en;
type Counted = Key extends infer K ? (K extends `${infer Base}.other` ? Base : never) : never;

export type Language = "zh" | "en";
export const language: Language = document.documentElement.lang.toLowerCase().startsWith("en") ? "en" : "zh";
export const locale = language === "zh" ? "zh-CN" : "en-GB";
const texts: Record<string, string> = language === "zh" ? zh : en;

/** The text of a key, `{name}` replaced by values. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A text that depends on a number: KEY.one or KEY.other. */
export function count(key: Counted, n: number, values: Record<string, string | number> = {}): string {
  const form = (n === 1 ? `${key}.one` : `${key}.other`) as Key;
  return t(form, { n: number(n), ...values });
}

/**
 * A number as both languages write it: 1,234.5. Not by the browser's own, which takes a phone longer than
 * all else that a list needs (some 40 ms of a desk's processor to begin with).
 */
export function number(value: number, digits = 0): string {
  const [whole = "", rest = ""] = value.toFixed(digits).split(".");
  const fraction = rest.replace(/0+$/, "");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction && `.${fraction}`);
}

/** Of two names, the one in the reader's language; else the other; else null. */
export function named(thing: { name: string | null; name_en?: string | null }): string | null {
  return (language === "en" ? thing.name_en || thing.name : thing.name || thing.name_en) || null;
}

export function list(parts: string[]): string {
  return parts.join(t("list.separator"));
}
