/*
 * The search form: the server writes it so that it works without us; here its fields are read and
 * filled by name, whatever kind of control they are.
 */
import { CARES, PROFILES, type Care, type Profile } from "./types";
import { DEFAULT_MINUTES, MINUTES, type Search } from "./state";

type Control = HTMLInputElement | HTMLSelectElement;

function controls(form: HTMLFormElement, name: string): Control[] {
  return (Array.from(form.elements) as Control[]).filter((control) => control.name === name);
}

function isTick(control: Control): control is HTMLInputElement {
  return control.type === "checkbox" || control.type === "radio";
}

/** The values of a name: of what is ticked, or what is typed or chosen. */
function values(form: HTMLFormElement, name: string): string[] {
  return controls(form, name)
    .filter((control) => !isTick(control) || control.checked)
    .map((control) => control.value.trim())
    .filter((value) => value !== "");
}

function value(form: HTMLFormElement, name: string): string {
  return values(form, name)[0] ?? "";
}

function put(form: HTMLFormElement, name: string, wanted: string[]): void {
  for (const control of controls(form, name)) {
    if (isTick(control)) control.checked = wanted.includes(control.value);
    else if (control.value !== (wanted[0] ?? "")) control.value = wanted[0] ?? "";
  }
}

function tick(form: HTMLFormElement, name: string, ticked: boolean): void {
  for (const control of controls(form, name)) if (isTick(control)) control.checked = ticked;
}

/** What the form holds; the points are not in it, and stay as they are. */
export function readForm(form: HTMLFormElement, before: Search): Search {
  const care = values(form, "care");
  const minutes = Number(value(form, "within_minutes"));
  const profile = value(form, "profile");
  const born = value(form, "born");
  return {
    home: before.home,
    work: before.work,
    care: CARES.filter((one: Care) => care.includes(one)),
    born,
    start: value(form, "start"),
    age: born ? null : before.age,
    open: value(form, "open") !== "",
    inclusive: value(form, "inclusive") !== "",
    day: value(form, "day"),
    begin: value(form, "from"),
    end: value(form, "to"),
    minutes: (MINUTES as readonly number[]).includes(minutes) ? minutes : DEFAULT_MINUTES,
    profile: PROFILES.find((one: Profile) => one === profile) ?? "stroller",
  };
}

export function fillForm(form: HTMLFormElement, search: Search): void {
  put(form, "care", search.care);
  put(form, "born", [search.born]);
  put(form, "start", [search.start]);
  tick(form, "open", search.open);
  tick(form, "inclusive", search.inclusive);
  put(form, "day", [search.day]);
  put(form, "from", [search.begin]);
  put(form, "to", [search.end]);
  put(form, "within_minutes", [String(search.minutes)]);
  put(form, "profile", [search.profile]);
}

/** Fields for months and times as the browser has them, once they are in sight (server/page_form.c says why). */
export function upgradeFields(box: HTMLDetailsElement): void {
  const upgrade = (): void => {
    if (box.open)
      for (const input of box.querySelectorAll<HTMLInputElement>("input[data-becomes]")) {
        input.type = input.dataset["becomes"]!;
        delete input.dataset["becomes"];
      }
  };
  box.addEventListener("toggle", upgrade);
  upgrade();
}

/** Put the field that a refused request named in front of the reader. */
export function focusField(form: HTMLFormElement, parameter: string | null): void {
  const [control] = parameter ? controls(form, parameter) : [];
  control?.closest("details")?.setAttribute("open", "");
  control?.focus();
}
