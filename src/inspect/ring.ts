/** Keeps the newest entries, and counts them all. */
export class Ring<Entry> {
  readonly #most: number;
  readonly #slots: Entry[] = [];
  #pushed = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many there ever were; the number of the newest. */
  get pushed(): number {
    return this.#pushed;
  }

  push(entry: Entry): void {
    this.#slots[this.#pushed % this.#most] = entry;
    this.#pushed += 1;
  }

  /** Those after a number that are still kept, oldest first. */
  since(number: number): readonly Entry[] {
    const count = Math.min(this.#pushed - number, this.#slots.length);
    if (count <= 0) return [];
    const first = (this.#pushed - count) % this.#most;
    const before = this.#slots.slice(first, first + count);
    return [...before, ...this.#slots.slice(0, count - before.length)];
  }
}
