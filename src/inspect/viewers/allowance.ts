/** How much is allowed in a burst, and how much per second in the long run. */
export interface AllowanceOptions {
  readonly burst: number;
  readonly perSecond: number;
}

/** A rate limit: a token bucket. */
export class Allowance {
  readonly #options: AllowanceOptions;
  #left: number;
  #at: number;

  constructor(options: AllowanceOptions, now: number) {
    this.#options = options;
    this.#left = options.burst;
    this.#at = now;
  }

  /** Takes a token if there is one. @param now seconds; a clock set back adds and removes nothing */
  take(now: number): boolean {
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#left = Math.min(this.#options.burst, this.#left + passed * this.#options.perSecond);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
