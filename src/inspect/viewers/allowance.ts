/** How much may be said in a burst, and how much a second for ever. */
export interface AllowanceOptions {
  readonly burst: number;
  readonly perSecond: number;
}

/** What a viewer may say: a bucket that is filled again as time passes. */
export class Allowance {
  readonly #options: AllowanceOptions;
  #left: number;
  #at: number;

  constructor(options: AllowanceOptions, now: number) {
    this.#options = options;
    this.#left = options.burst;
    this.#at = now;
  }

  /** Whether one more is allowed at this time, in seconds; a clock set back gives nothing and takes nothing. */
  take(now: number): boolean {
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#left = Math.min(this.#options.burst, this.#left + passed * this.#options.perSecond);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
