/*
 * What the maps' script has in common with the script that fetches it: it takes these units from here,
 * so that they are sent once and are the same (build.mjs reads their names from the lines below).
 */
import * as api from "./api";
import * as dom from "./dom";
import * as text from "./text";

declare global {
  interface Window {
    tuoyu?: { api: typeof api; dom: typeof dom; text: typeof text; maps?: Maps };
  }
}

/** What the maps' script adds (map.ts). */
export interface Maps {
  FinderMap: typeof import("./finder_map").FinderMap;
  PlannerMap: typeof import("./planner_map").PlannerMap;
}

declare const MAP_SCRIPT: string; /* its address, by build.mjs */
let fetching: Promise<Maps> | null = null;

/** The maps, fetched once, when the first is to be seen. Rejected where that fails; then asked again. */
export function maps(): Promise<Maps> {
  window.tuoyu = window.tuoyu ?? { api, dom, text };
  fetching =
    fetching ??
    new Promise<Maps>((resolve, reject) => {
      const script = dom.h("script", { src: MAP_SCRIPT });
      script.onload = () => (window.tuoyu?.maps ? resolve(window.tuoyu.maps) : reject(new Error("no maps")));
      script.onerror = () => {
        script.remove();
        fetching = null;
        reject(new Error("the maps could not be fetched"));
      };
      document.head.appendChild(script);
    });
  return fetching;
}
