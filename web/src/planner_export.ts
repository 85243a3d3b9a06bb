/* What is shown, as files: CSV for a spreadsheet, GeoJSON for a GIS. Figures as the API gave them. */
import { CARES } from "./types";
import type { Choice, Community } from "./planner_data";

function cell(value: unknown): string {
  let text = value === null || value === undefined ? "" : String(value);
  /* a spreadsheet must not take a name for a formula */
  if (/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function record(community: Community, choice: Choice): Record<string, unknown> {
  const care = community.care[choice.care];
  return {
    community: community.community,
    name: community.name,
    name_en: community.name_en,
    street: community.street,
    care: choice.care,
    minutes: choice.minutes,
    profile: choice.profile,
    age: choice.age,
    inclusive: choice.inclusive,
    located: care.located,
    reachable: care.reachable,
    open: care.open,
    state: community.state,
    median_minutes: care.median_minutes,
    p90_minutes: care.p90_minutes,
    residents: community.residents,
    children: community.children,
    off_network_share: community.off_network_share,
    places_per_1000: community.places_per_1000,
    standard_per_1000: community.standard_per_1000,
    places_needed: community.places_needed,
    access: community.access,
    missing: CARES.filter((one) => community.missing?.includes(one)).join(" "),
  };
}

/** RFC 4180, with the mark by which spreadsheets know UTF-8. */
export function toCsv(communities: Community[], choice: Choice): string {
  const records = communities.map((one) => record(one, choice));
  const names = Object.keys(records[0] ?? {});
  const lines = [names, ...records.map((one) => names.map((name) => one[name]))];
  return `\uFEFF${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function toGeoJson(communities: Community[], choice: Choice): string {
  return JSON.stringify({
    type: "FeatureCollection",
    features: communities.map((community) => ({
      type: "Feature",
      id: community.community,
      geometry: community.geometry ?? null,
      properties: record(community, choice),
    })),
  });
}

export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function fileName(choice: Choice, extension: string): string {
  return `coverage-${choice.care}-${choice.level}-${choice.minutes}min.${extension}`;
}

