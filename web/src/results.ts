/* The list of what was found: one card a facility, in step with the map by its id. */
import { append, fill, h, prefersStill, type Child } from "./dom";
import { metres, minutes } from "./format";
import { offerWords, reasons } from "./offer_words";
import type { Found, FoundFacility } from "./search";
import type { Search } from "./state";
import { count, language, named, t } from "./text";
import type { Offer } from "./types";

export interface ResultsEvents {
  select(id: string | null, by: "hover" | "focus" | "tap"): void;
  compare(id: string, chosen: boolean): void;
  more(): void;
}

const OFFERS_SHOWN = 3;

function tags(item: FoundFacility): Child {
  const { properties } = item.facility;
  const words: string[] = [];
  if (properties.kind) words.push(t(`kind.${properties.kind as "nursery"}`));
  if (properties.inclusive) words.push(t("tag.inclusive"));
  if (properties.demonstration) words.push(t("tag.demonstration"));
  return h("p", { class: "tags" }, ...words.map((word) => h("span", { class: "tag" }, word)));
}

function nameOf({ facility: { properties } }: FoundFacility): string {
  return named(properties) ?? t("facility.unnamed");
}

export function wayText(item: FoundFacility): string {
  const { walk_minutes, walk_m, distance_m } = item.facility.properties;
  if (walk_minutes === undefined) return t("way.line", { distance: metres(distance_m) });
  const way = t("way.walk", { minutes: minutes(walk_minutes), distance: metres(walk_m ?? distance_m) });
  return item.from === "work" ? t("way.from_work", { way }) : way;
}

function offerRow(offer: Offer): HTMLElement {
  const words = offerWords(offer);
  return h(
    "li",
    { class: "offer" },
    h("span", { class: "offer-care" }, `${words.care} · ${words.ages}`),
    h(
      "span",
      { class: `offer-open ${words.available.tone}` },
      words.available.words,
      words.available.age && h("small", {}, ` · ${words.available.age}`),
    ),
    h("span", { class: "offer-fee" }, words.fee, h("small", {}, ` · ${words.hours}`)),
  );
}

function offerList(offers: Offer[]): Child {
  if (!offers.length) return h("p", { class: "quiet-text" }, t("offers.none"));
  const rows = offers.map(offerRow);
  if (rows.length <= OFFERS_SHOWN) return h("ul", { class: "offers" }, ...rows);
  return h(
    "div",
    {},
    h("ul", { class: "offers" }, ...rows.slice(0, OFFERS_SHOWN)),
    h(
      "details",
      { class: "more-offers" },
      h("summary", {}, count("offers.more", rows.length - OFFERS_SHOWN)),
      h("ul", { class: "offers" }, ...rows.slice(OFFERS_SHOWN)),
    ),
  );
}

/** The choice to compare is on the server's cards already, hidden from who has no script. */
function ensureLabel(card: HTMLElement): HTMLElement {
  const there = card.querySelector<HTMLElement>(".compare-choice");
  if (there) return there;
  const made = h("label", { class: "compare-choice" }, h("input", { type: "checkbox" }), " ", t("compare.choose"));
  card.append(made);
  return made;
}

export class Results {
  private readonly cards = new Map<string, HTMLElement>();
  private heading: HTMLElement = h("h2", { id: "results-heading", tabindex: "-1" });
  private readonly note = h("p", { class: "quiet-text" });
  private readonly items = h("ol", { class: "cards" });
  private readonly more: HTMLButtonElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly events: ResultsEvents,
  ) {
    if (root.childElementCount) root.dataset["served"] = "";
    this.more = h("button", { type: "button", class: "wide", hidden: true, onclick: () => events.more() }, t("results.more"));
  }

  /** Forget what is shown; say what is going on instead. */
  message(...parts: Child[]): void {
    delete this.root.dataset["served"];
    this.cards.clear();
    fill(this.root, ...parts);
  }

  /** Is the list here that the server wrote with the page? It stays until it is replaced. */
  isServed(): boolean {
    return "served" in this.root.dataset;
  }

  /**
   * A list that begins as the server's did keeps its cards, so that nothing moves under a reader's eyes:
   * they are given what only the script can.
   */
  private adopted(found: Found, compare: readonly string[]): HTMLElement[] {
    const served = Array.from(this.root.querySelectorAll<HTMLElement>(".cards > .card"));
    const same = served.every((card, i) => {
      const item = found.items[i];
      if (!item || item.facility.id !== card.dataset["id"]) return false;
      const said = (what: string): string | null | undefined => card.querySelector(what)?.textContent;
      return said(".way") === wayText(item) && said("h3 a") === nameOf(item);
    });
    if (!same || !served.length) return [];
    served.forEach((card, i) => this.wire(card, found.items[i]!, compare));
    return served;
  }

  private wire(card: HTMLElement, item: FoundFacility, compare: readonly string[]): void {
    const { id } = item.facility;
    const select = (by: "hover" | "focus" | "tap") => (): void => this.events.select(id, by);
    card.addEventListener("mouseenter", select("hover"));
    card.addEventListener("focusin", select("focus"));
    card.addEventListener("click", select("tap"));
    const label = ensureLabel(card);
    const box = label.querySelector("input")!;
    box.setAttribute("aria-label", t("compare.choose_named", { name: nameOf(item) }));
    box.addEventListener("change", () => this.events.compare(id, box.checked));
    box.checked = compare.includes(id);
    this.cards.set(id, card);
  }

  show(found: Found, search: Search, compare: readonly string[]): void {
    const kept = this.isServed() ? this.adopted(found, compare) : [];
    delete this.root.dataset["served"];
    if (kept.length) {
      const list = kept[0]!.parentElement!;
      append(list, found.items.slice(kept.length).map((item, i) => this.card(item, kept.length + i + 1, search, found, compare)));
      this.heading = this.root.querySelector<HTMLElement>("#results-heading") ?? this.heading;
      while (list.nextSibling) list.nextSibling.remove(); /* the server's way to more */
      this.more.hidden = found.complete;
      this.root.append(this.more);
      return;
    }
    this.cards.clear();
    this.heading.textContent = found.matched === null ? t("results.heading") : count("results.found", found.matched);
    this.note.textContent = [
      found.by === "line" ? t("results.by_line") : "",
      found.unknown > 0 ? count("results.unknown", found.unknown) : "",
    ].filter(Boolean).join(" ");
    this.note.hidden = !this.note.textContent;
    fill(this.items, ...found.items.map((item, i) => this.card(item, i + 1, search, found, compare)));
    this.more.hidden = found.complete;
    fill(this.root, this.heading, this.note, this.items, this.more);
  }

  private card(item: FoundFacility, rank: number, search: Search, found: Found, compare: readonly string[]): HTMLElement {
    const { id, properties } = item.facility;
    const why = reasons(properties, search, found.age);
    const query = language === "en" ? "?lang=en" : "";
    const card = h(
      "li",
      { class: "card", "data-id": id },
      h(
        "h3",
        {},
        h("span", { class: "rank", "aria-hidden": "true" }, rank),
        h("a", { href: `/facilities/${id}${query}` }, nameOf(item)),
      ),
      h("p", { class: "way" }, wayText(item)),
      tags(item),
      offerList(properties.offers),
      properties.address && h("p", { class: "quiet-text" }, properties.address),
      why && h("p", { class: "why" }, why),
    );
    this.wire(card, item, compare);
    return card;
  }

  /** Mark one card, and bring it into view where the choice was made elsewhere. */
  select(id: string | null, bring: boolean): void {
    for (const [other, card] of this.cards) card.classList.toggle("selected", other === id);
    if (!bring || id === null) return;
    this.cards.get(id)?.scrollIntoView({ block: "nearest", behavior: prefersStill() ? "auto" : "smooth" });
  }

  compared(ids: readonly string[]): void {
    for (const [id, card] of this.cards) {
      const box = card.querySelector<HTMLInputElement>(".compare-choice input");
      if (box) box.checked = ids.includes(id);
    }
  }

  focusHeading(): void {
    this.heading.focus();
  }
}
