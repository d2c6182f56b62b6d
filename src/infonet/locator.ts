const NEWEST = 10;
const MOST = 31;

/**
 * The heights a locator names, newest first: ten one by one, then in steps of 2, 4, 8, … The first event has height
 * 1; genesis (height 0) is not among them.
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
