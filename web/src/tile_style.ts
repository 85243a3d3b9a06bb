/* How the base map looks: calm, so that what lies on it is seen; one set of colours a theme. */

export interface Theme {
  land: string;
  water: string;
  green: string;
  building: string;
  street: string;
  main: string;
  path: string;
  casing: string;
  label: string;
  halo: string;
}

export const LIGHT: Theme = {
  land: "#f6f4ef",
  water: "#b9d7e8",
  green: "#d9e8cd",
  building: "#e7e1d6",
  street: "#ffffff",
  main: "#fff2cc",
  path: "#d8cfc0",
  casing: "#d6cfc2",
  label: "#4a4a46",
  halo: "#f6f4ef",
};

export const DARK: Theme = {
  land: "#1d2126",
  water: "#1b3a4d",
  green: "#22332a",
  building: "#282d34",
  street: "#3a4149",
  main: "#5a5340",
  path: "#343a41",
  casing: "#14171a",
  label: "#c9cdd2",
  halo: "#1d2126",
};

/** Width of a street in pixels at zoom 16, by the classes of our tiles; less farther out. */
const WIDTHS: Record<string, number> = {
  motorway: 9,
  primary: 8,
  secondary: 7,
  tertiary: 6,
  minor: 4.5,
  rail: 2,
  light_rail: 2,
  path: 1.5,
  steps: 1.5,
};
const MAIN = new Set(["motorway", "primary", "secondary"]);
const PATHS = new Set(["path", "steps", "rail", "light_rail"]);

export type StreetRank = "main" | "street" | "path";

export function rankOf(kind: string): StreetRank {
  return MAIN.has(kind) ? "main" : PATHS.has(kind) ? "path" : "street";
}

export function widthOf(kind: string, zoom: number): number {
  const at16 = WIDTHS[kind] ?? 3.5;
  return Math.max(0.6, at16 * 2 ** ((zoom - 16) * 0.75));
}
