/* Up to three facilities side by side: one row a question, one column a facility. */
import { fill, h, type Child } from "./dom";
import { offerWords } from "./offer_words";
import { wayText } from "./results";
import type { FoundFacility } from "./search";
import { COMPARE_MAX } from "./state";
import { count, named, t, type Key } from "./text";

function yesNo(value: boolean | null): string {
  return value === null ? t("unknown") : t(value ? "yes" : "no");
}

function coded(prefix: "kind" | "ownership", code: string | null): string {
  if (!code) return t("unknown");
  return t(`${prefix}.${code}` as Key);
}

function offers(item: FoundFacility): Child {
  const { offers: all } = item.facility.properties;
  if (!all.length) return t("offers.none");
  return h(
    "ul",
    { class: "offers" },
    ...all.map((offer) => {
      const words = offerWords(offer);
      const { available } = words;
      return h(
        "li",
        {},
        h("strong", {}, `${words.care} · ${words.ages}`),
        h("br"),
        h("span", { class: `offer-open ${available.tone}` }, available.words),
        available.age && h("small", {}, ` · ${available.age}`),
        h("br"),
        `${words.fee} · ${words.hours}`,
      );
    }),
  );
}

const ROWS: [Key, (item: FoundFacility) => Child][] = [
  ["compare.way", wayText],
  ["compare.offers", offers],
  ["tag.inclusive", (item) => yesNo(item.facility.properties.inclusive)],
  ["tag.demonstration", (item) => yesNo(item.facility.properties.demonstration)],
  ["compare.kind", (item) => coded("kind", item.facility.properties.kind)],
  ["compare.ownership", (item) => coded("ownership", item.facility.properties.ownership)],
  ["compare.address", (item) => item.facility.properties.address ?? t("unknown")],
  ["compare.phone", (item) => item.facility.properties.phone ?? t("unknown")],
];

export interface CompareEvents {
  remove(id: string): void;
  clear(): void;
}

export class Compare {
  private open = false;

  constructor(
    private readonly bar: HTMLElement,
    private readonly table: HTMLElement,
    private readonly events: CompareEvents,
  ) {}

  /** Show the bar for what is chosen, and the table where it is open. */
  show(chosen: FoundFacility[]): void {
    this.bar.hidden = chosen.length === 0;
    if (chosen.length < 2) this.open = false;
    const toggle = h(
      "button",
      {
        type: "button",
        class: "primary",
        disabled: chosen.length < 2,
        "aria-expanded": this.open,
        onclick: () => this.toggle(chosen),
      },
      t(this.open ? "compare.close" : "compare.open"),
    );
    fill(
      this.bar,
      h("span", {}, chosen.length < 2 ? t("compare.one_more", { max: COMPARE_MAX }) : count("compare.chosen", chosen.length)),
      toggle,
      h("button", { type: "button", onclick: () => this.events.clear() }, t("compare.clear")),
    );
    this.table.hidden = !this.open;
    if (this.open) this.draw(chosen);
    else fill(this.table);
  }

  private toggle(chosen: FoundFacility[]): void {
    this.open = !this.open;
    this.show(chosen);
    if (!this.open) this.bar.querySelector("button")?.focus();
    else this.table.querySelector<HTMLElement>("h2")?.focus();
  }

  private draw(chosen: FoundFacility[]): void {
    const column = ({ facility }: FoundFacility): HTMLElement => {
      const name = named(facility.properties) ?? t("facility.unnamed");
      const remove = h(
        "button",
        { type: "button", class: "quiet", "aria-label": t("compare.remove_named", { name }), onclick: () => this.events.remove(facility.id) },
        t("compare.remove"),
      );
      return h("th", { scope: "col" }, h("a", { href: `/facilities/${facility.id}` }, name), h("br"), remove);
    };
    fill(
      this.table,
      h("h2", { tabindex: "-1" }, t("compare.heading")),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": t("compare.table") },
        h(
          "table",
          {},
          h("thead", {}, h("tr", {}, h("td", {}), ...chosen.map(column))),
          h(
            "tbody",
            {},
            ...ROWS.map(([key, cell]) =>
              h("tr", {}, h("th", { scope: "row" }, t(key)), ...chosen.map((item) => h("td", {}, cell(item)))),
            ),
          ),
        ),
      ),
    );
  }
}
