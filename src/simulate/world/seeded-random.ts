/**
 * Random numbers from 0 up to 1, determined by a seed (sfc32). The streams of a seed are independent, so that one more draw in
 * one place changes nothing elsewhere.
 */
export function seededRandom(seed: number, stream: string): () => number {
  let [a, b, c, counter] = [0, 1, 2, 3].map((word) => hash(`${word} ${seed} ${stream}`)) as [
    number,
    number,
    number,
    number,
  ];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first numbers still correlate with the seed.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Draws a number from a range, evenly. */
export function within([min, max]: readonly [number, number], random: () => number): number {
  return min + (max - min) * random();
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value | 0;
}
