const NEWEST = 10;
const MOST = 31;

/**
 * The heights in a locator, newest first: the last ten, then in steps of 2, 4, 8, …, at most 31. The first event has
 * height 1; genesis (height 0) is not included.
 */
export function locatorHeights(count: number): number[] {
  const heights: number[] = [];
  let step = 1;
  for (let height = count; height > 0 && heights.length < MOST; height -= step) {
    heights.push(height);
    if (heights.length >= NEWEST) step *= 2;
  }
  return heights;
}
