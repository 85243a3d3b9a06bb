/* Colours with what they mean and how many communities have them, and the shapes that wear them. */
import { fill, h } from "./dom";
import { classesOf, classOf, figure, stateOf, type Choice, type Class, type Community, type Level } from "./planner_data";
import type { Shape } from "./planner_map";
import { figureText } from "./planner_table";
import { named, number, t } from "./text";

/** How a community looks, on the map and in the legend: classes that the style sheet colours. */
function lookOf(community: Community, choice: Choice): string {
  const place = classOf(figure(community, choice), choice.level);
  return place < 0 ? stateOf(community).replace("_", "-") : classesOf(choice.level)[place]!.look;
}

/** Those communities that have an outline. */
export function shapesOf(communities: Community[], choice: Choice): Shape[] {
  const shapes: Shape[] = [];
  for (const community of communities) {
    const { community: code, geometry } = community;
    const words = `${named(community) ?? code}: ${figureText(community, choice)}`;
    if (geometry) shapes.push({ code, outline: geometry, words, look: lookOf(community, choice) });
  }
  return shapes;
}

function classText(level: Level, classes: Class[], i: number): string {
  const least = classes[i]!.least;
  const next = classes[i + 1]?.least;
  if (level === "located") return next === undefined ? t("legend.count_from", { n: least }) : String(least);
  if (i === 0) return "0%";
  if (next === undefined) return t("legend.share_from", { n: least * 100 });
  return t("legend.share", { from: Math.round(least * 100), to: Math.round(next * 100) });
}

/** Colours with what they mean and how many communities have them. */
export function drawLegend(root: HTMLElement, communities: Community[], choice: Choice): void {
  const classes = classesOf(choice.level);
  const counts = classes.map(() => 0);
  const without = { no_data: 0, off_network: 0 };
  for (const community of communities) {
    const place = classOf(figure(community, choice), choice.level);
    if (place < 0) without[stateOf(community)]++;
    else counts[place]!++;
  }
  const swatch = (look: string, words: string, n: number): HTMLElement =>
    h(
      "li",
      {},
      h("span", { class: `swatch ${look}`, "aria-hidden": "true" }),
      h("span", {}, words),
      h("span", { class: "legend-count" }, t("legend.communities", { n: number(n) })),
    );
  fill(
    root,
    h("h2", {}, t("legend.heading", { care: t(`care.${choice.care}`), level: t(`level.${choice.level}`) })),
    h(
      "ul",
      { class: "legend" },
      ...classes.map((one, i) => swatch(one.look, classText(choice.level, classes, i), counts[i]!)),
      without.no_data > 0 && swatch("no-data", t("state.no_data"), without.no_data),
      without.off_network > 0 && swatch("off-network", t("state.off_network"), without.off_network),
    ),
  );
}
