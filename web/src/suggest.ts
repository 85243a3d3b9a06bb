/*
 * A box that suggests places to start from while one types: the combobox pattern of the ARIA practices
 * (arrows move, Enter takes, Escape closes). What is typed goes in a body, never in an address; while an
 * input method still composes characters nothing is asked, and its keys are its own.
 */
import { post, sentenceOf, wasCut } from "./api";
import { fill, h } from "./dom";
import { count, language, t, type Key } from "./text";
import type { LonLat, Suggestion } from "./types";

const PAUSE_MS = 180;
const LIMIT = 8;

interface SuggestFeature {
  geometry: { coordinates: [number, number] } | null;
  properties: { kind: string; name: string; name_en?: string | null; within?: string | null; within_en?: string | null };
}

function suggestionOf(feature: SuggestFeature): Suggestion | null {
  const coordinates = feature.geometry?.coordinates;
  if (!coordinates) return null;
  const { kind, name, name_en = null, within, within_en } = feature.properties;
  return {
    kind,
    name,
    name_en,
    within: (language === "en" ? within_en || within : within) || null,
    at: { lon: coordinates[0], lat: coordinates[1] },
  };
}

export async function askSuggestions(q: string, cut?: AbortSignal): Promise<Suggestion[]> {
  const answer = await post<{ features: SuggestFeature[] }>("/v1/suggest", { q, limit: LIMIT }, cut);
  return answer.features.map(suggestionOf).filter((one): one is Suggestion => one !== null);
}

function kindText(kind: string): string {
  const key = `suggest.kind.${kind}` as Key;
  const text = t(key);
  return text === key ? "" : text;
}

/** The name to show: the reader's language first, the other where there is none. */
export function suggestionName(one: Suggestion): string {
  return language === "en" ? one.name_en || one.name : one.name;
}

export class SuggestBox {
  private readonly options: HTMLUListElement;
  private found: Suggestion[] = [];
  private active = -1;
  private timer = 0;
  private asked: AbortController | null = null;

  constructor(
    readonly input: HTMLInputElement,
    id: string,
    private readonly take: (at: LonLat, name: string) => void,
    private readonly announce: (sentence: string) => void,
  ) {
    this.options = h("ul", { id: `${id}-options`, role: "listbox", class: "options", hidden: true, "aria-label": t("suggest.label") });
    input.insertAdjacentElement("afterend", this.options);
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.options.id,
    }))
      input.setAttribute(name, value);
    input.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) this.typed();
    });
    input.addEventListener("compositionend", () => this.typed());
    input.addEventListener("keydown", (event) => {
      if (!event.isComposing) this.key(event);
    });
    input.addEventListener("blur", () => this.close());
  }

  /** Take the first suggestion for what is typed; false where nothing is found. */
  async takeFirst(): Promise<boolean> {
    const typed = this.input.value.trim();
    if (!typed) return false;
    clearTimeout(this.timer);
    this.asked?.abort();
    const [first] = await askSuggestions(typed);
    if (!first) return false;
    this.choose(first);
    return true;
  }

  close(): void {
    this.options.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  private typed(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    const typed = this.input.value.trim();
    if (!typed) return this.close();
    this.timer = window.setTimeout(() => void this.ask(typed), PAUSE_MS);
  }

  private async ask(typed: string): Promise<void> {
    this.asked = new AbortController();
    try {
      this.show(await askSuggestions(typed, this.asked.signal));
    } catch (failure) {
      if (wasCut(failure)) return;
      this.close();
      this.announce(sentenceOf(failure));
    }
  }

  private show(found: Suggestion[]): void {
    if (document.activeElement !== this.input) return;
    this.found = found;
    this.active = -1;
    fill(this.options, ...found.map((one, i) => this.option(one, i)));
    this.options.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    this.announce(found.length ? count("suggest.found", found.length) : t("suggest.none"));
  }

  private option(one: Suggestion, i: number): HTMLLIElement {
    const about = [kindText(one.kind), one.within].filter(Boolean).join(" · ");
    return h(
      "li",
      {
        id: `${this.options.id}-${i}`,
        role: "option",
        "aria-selected": "false",
        /* before the input loses the focus and the list closes */
        onmousedown: (event: MouseEvent) => {
          event.preventDefault();
          this.choose(one);
        },
      },
      h("span", { class: "option-name" }, suggestionName(one)),
      about && h("span", { class: "option-about" }, about),
    );
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !this.options.hidden) {
      event.preventDefault();
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && this.found.length && !this.options.hidden) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = step < 0 ? Math.max(0, this.active) : this.active; /* before the first comes the last */
      this.mark((from + step + this.found.length) % this.found.length);
    } else if (event.key === "ArrowDown") {
      this.typed(); /* open again what was closed */
    } else if (event.key === "Enter" && !this.options.hidden) {
      const one = this.found[Math.max(0, this.active)];
      if (!one) return;
      event.preventDefault();
      this.choose(one);
    }
  }

  private mark(active: number): void {
    this.active = active;
    Array.from(this.options.children).forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    if (active >= 0) {
      this.input.setAttribute("aria-activedescendant", `${this.options.id}-${active}`);
      this.options.children[active]?.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  private choose(one: Suggestion): void {
    this.input.value = suggestionName(one);
    this.close();
    this.take(one.at, this.input.value);
  }
}
