/* One script for every page: what is on the page says which one it is. */
import { startFinder } from "./finder";
import { startPlanner } from "./planner";

startFinder();
startPlanner();
