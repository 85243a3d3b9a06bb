/* The maps of both pages, as a script of its own: what is read first does not wait for it. */
import { FinderMap } from "./finder_map";
import { PlannerMap } from "./planner_map";

if (window.tuoyu) window.tuoyu.maps = { FinderMap, PlannerMap };
