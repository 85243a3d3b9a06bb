/* An empty answer: which one filter to drop, and how many that gives. */
import { h } from "./dom";
import { bestRelaxed, type Found } from "./search";
import type { Search } from "./state";
import { count, t } from "./text";

const WITHOUT: Record<string, Partial<Search>> = {
  open: { open: false },
  care: { care: [] },
  age: { born: "", age: null },
  day: { day: "", begin: "", end: "" },
  inclusive: { inclusive: false },
  within_minutes: { minutes: 60 },
};

export function emptyAnswer(found: Found, search: Search, take: (relaxed: Search) => void): HTMLElement {
  const relaxed = bestRelaxed({ ...found, relax: found.relax.filter(({ drop }) => drop in WITHOUT) });
  const without = relaxed && WITHOUT[relaxed.drop];
  const box = h("div", { class: "empty" }, h("h2", { id: "results-heading", tabindex: "-1" }, t("empty.heading")));
  if (found.unknown > 0) box.append(h("p", {}, count("results.unknown", found.unknown)));
  if (!relaxed || !without) {
    box.append(h("p", {}, t("empty.nothing")));
    return box;
  }
  const button = h("button", { type: "button", class: "primary", onclick: () => take({ ...search, ...without }) },
    count("empty.take", relaxed.numberMatched));
  box.append(h("p", {}, t(`empty.drop.${relaxed.drop as "open"}`)), button);
  return box;
}
