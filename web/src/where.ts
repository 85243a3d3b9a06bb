/* Where a parent starts from: one point or two (home and work), each by name, by position, by a tap. */
import { ApiError } from "./api";
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

/** A field with its two buttons, as the server wrote them. */
class Row {
  readonly input: HTMLInputElement;
  readonly box: SuggestBox;
  at: LonLat | null = null; /* what the words in the field stand for */
  private readonly locate: HTMLButtonElement;

  constructor(
    readonly which: Which,
    root: Element,
    private readonly events: WhereEvents,
  ) {
    this.input = root.querySelector("input")!;
    this.input.placeholder = t(`where.placeholder.${which}`);
    this.input.removeAttribute("aria-describedby"); /* the placeholder says what the server's hint does */
    this.locate = root.querySelector<HTMLButtonElement>("button.locate")!;
    this.locate.addEventListener("click", () => void this.usePosition());
    root.querySelector("button.pick")!.addEventListener("click", () => events.pick(which));
    this.box = new SuggestBox(this.input, `where-${which}`, (at) => this.move(at), (text) => events.say(text));
    /* an emptied field takes its point away */
    this.input.addEventListener("change", () => {
      if (!this.input.value.trim()) this.move(null);
    });
    /* words that were changed no longer stand for the point they stood for */
    this.input.addEventListener("input", () => {
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
  private readonly second: HTMLDetailsElement;
  private readonly summary: Element;

  /** `root` is the form's part for places: a disclosure that is closed once there is a list. */
  constructor(
    private readonly root: HTMLDetailsElement,
    private readonly events: WhereEvents,
  ) {
    this.second = root.querySelector<HTMLDetailsElement>("details.second")!;
    this.summary = root.querySelector(".start")!;
    this.home = new Row("home", root.querySelector(".where-home")!, events);
    this.work = new Row("work", this.second, events);
    this.second.querySelector("button.remove")!.addEventListener("click", () => this.removeWork());
  }

  private row(which: Which): Row {
    return which === "home" ? this.home : this.work;
  }

  private removeWork(): void {
    this.work.input.value = "";
    this.work.at = null;
    this.second.open = false;
    this.second.querySelector("summary")!.focus();
    this.events.moved("work", null);
  }

  /** Show points that came from elsewhere: the address bar, a tap on the map. `isTold`: by the server's page. */
  show(home: LonLat | null, work: LonLat | null, isTold = false): void {
    for (const [row, at] of [[this.home, home], [this.work, work]] as const) {
      if (at === row.at) continue;
      row.input.value = at ? t("where.on_map") : "";
      row.at = at;
    }
    if (work) this.second.open = true;
    if (isTold) return;
    const names = [this.home, this.work].filter((row) => row.at).map((row) => row.input.value);
    if (names.length)
      this.summary.textContent = names[1]
        ? t("search.from_two", { place: names[0]!, other: names[1] })
        : t("search.from_place", { place: names[0]! });
  }

  /** Opened, one chooses where to start; closed, the list is nearer. A focus within goes to its summary. */
  open(open: boolean): void {
    const held = this.root.open && this.root.contains(document.activeElement);
    this.root.open = open;
    if (held && !open) this.root.querySelector("summary")!.focus({ preventScroll: true });
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
    this.root.open = true;
    if (which === "work") this.second.open = true;
    this.row(which).input.focus();
  }
}
