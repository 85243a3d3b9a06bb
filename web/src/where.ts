/* Where a parent starts from: one point or two (home and work), each by name, by position, by a tap. */
import { ApiError } from "./api";
import { h } from "./dom";
import { SuggestBox } from "./suggest";
import { t, type Key } from "./text";
import type { LonLat } from "./types";

export type Which = "home" | "work";

export interface WhereEvents {
  /** A point was given, or taken away. */
  moved(which: Which, at: LonLat | null): void;
  /** The next tap on the map is to give this point. */
  pick(which: Which): void;
  say(sentence: string): void;
  fail(sentence: string): void;
}

const PATIENCE_MS = 12_000;

/** The device's position, or an error whose sentence says what to do instead. */
function position(): Promise<LonLat> {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error(t("position.unavailable")));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude }),
      (failure) => {
        const key: Key =
          failure.code === failure.PERMISSION_DENIED
            ? "position.refused"
            : failure.code === failure.TIMEOUT
              ? "position.timeout"
              : "position.unavailable";
        reject(new Error(t(key)));
      },
      { enableHighAccuracy: false, timeout: PATIENCE_MS, maximumAge: 60_000 },
    );
  });
}

class Row {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly box: SuggestBox;
  at: LonLat | null = null; /* what the words in the field stand for */
  private readonly locate: HTMLButtonElement;

  constructor(
    readonly which: Which,
    input: HTMLInputElement,
    private readonly events: WhereEvents,
  ) {
    this.input = input;
    input.placeholder = t(`where.placeholder.${which}`);
    this.locate = h("button", { type: "button", class: "locate", onclick: () => void this.usePosition() }, t("where.position"));
    const pick = h("button", { type: "button", class: "pick", onclick: () => events.pick(which) }, t("where.pick"));
    const field = h("span", { class: "combo" });
    input.replaceWith(field);
    field.appendChild(input);
    this.element = h("div", { class: "where-row" }, field, h("span", { class: "where-buttons" }, this.locate, pick));
    this.box = new SuggestBox(input, `where-${which}`, (at) => this.move(at), (text) => events.say(text));
    /* an emptied field takes its point away */
    input.addEventListener("change", () => {
      if (!input.value.trim()) this.move(null);
    });
    /* words that were changed no longer stand for the point they stood for */
    input.addEventListener("input", () => {
      this.at = null;
    });
  }

  private move(at: LonLat | null): void {
    this.at = at;
    this.events.moved(this.which, at);
  }

  private async usePosition(): Promise<void> {
    this.locate.disabled = true;
    this.events.say(t("position.asking"));
    try {
      const at = await position();
      this.input.value = t("where.my_position");
      this.move(at);
    } catch (failure) {
      this.events.fail((failure as Error).message);
    } finally {
      this.locate.disabled = false;
    }
  }
}

export class Where {
  private readonly home: Row;
  private readonly work: Row;
  private readonly add: HTMLButtonElement;
  private readonly workGroup: HTMLElement;

  /** `input` is the form's own field for a place; the rest is built around it. */
  constructor(
    input: HTMLInputElement,
    private readonly events: WhereEvents,
  ) {
    const mark = document.createComment("");
    input.replaceWith(mark);
    this.home = new Row("home", input, events);
    mark.replaceWith(this.home.element);
    const second = h("input", { type: "text", id: "where-work", "aria-label": t("where.work"), enterkeyhint: "search" });
    const holder = h("div", {}, second);
    this.work = new Row("work", second, events);
    holder.textContent = "";
    this.add = h("button", { type: "button", class: "quiet", onclick: () => this.showWork(true) }, t("where.add_work"));
    const remove = h("button", { type: "button", class: "quiet", onclick: () => this.showWork(false) }, t("where.remove_work"));
    this.workGroup = h("div", { class: "where-work", hidden: true }, this.work.element, remove);
    this.home.element.insertAdjacentElement("afterend", this.add);
    this.add.insertAdjacentElement("afterend", this.workGroup);
  }

  private row(which: Which): Row {
    return which === "home" ? this.home : this.work;
  }

  private showWork(shown: boolean): void {
    this.workGroup.hidden = !shown;
    this.add.hidden = shown;
    if (shown) this.work.input.focus();
    else {
      this.work.input.value = "";
      this.work.at = null;
      this.events.moved("work", null);
      this.add.focus();
    }
  }

  /** Show points that came from elsewhere: the address bar, a tap on the map. */
  show(home: LonLat | null, work: LonLat | null): void {
    for (const [row, at] of [[this.home, home], [this.work, work]] as const) {
      if (at === row.at) continue;
      row.input.value = at ? t("where.on_map") : "";
      row.at = at;
    }
    if (work) {
      this.workGroup.hidden = false;
      this.add.hidden = true;
    }
  }

  /** Take what is typed but not yet chosen. False where the words name no place we know. */
  async settle(which: Which): Promise<boolean> {
    try {
      return await this.row(which).box.takeFirst();
    } catch (failure) {
      if (failure instanceof ApiError) this.events.fail(failure.sentence());
      return true;
    }
  }

  /** Words are in the field that stand for no point yet. */
  isUnsettled(which: Which): boolean {
    const row = this.row(which);
    return row.at === null && row.input.value.trim() !== "";
  }

  focus(which: Which = "home"): void {
    this.row(which).input.focus();
  }
}
