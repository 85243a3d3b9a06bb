/*
 * Long work in slices: who taps or scrolls meanwhile is answered between two of them. A slice is some
 * milliseconds on a desk, and on a phone that is four times as slow still under 50.
 */
const SLICE_MS = 6;
let begun = 0;

/** Called now and then within long work: goes on at once, or, where the slice is used up, in a new task. */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - begun < SLICE_MS) return undefined;
  return new Promise((resolve) =>
    setTimeout(() => {
      begun = performance.now();
      resolve();
    }, 0),
  );
}

/** After what is there has been painted; in a tab that nobody sees, soon. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(go, 100);
    requestAnimationFrame(() => setTimeout(go, 0));
    function go(): void {
      clearTimeout(late);
      begun = performance.now();
      resolve();
    }
  });
}

let last: Promise<unknown> = Promise.resolve();

/** One after another, and each painted before the next: a browser draws what is on a canvas when it paints. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.then(painted, painted);
  return mine;
}

/** When the page has nothing better to do, and after what is to be painted has been. */
export function whenIdle(work: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(work, { timeout: 2000 });
  else setTimeout(work, 200);
}
