/** Time ran out; the message says for what. */
class TooLate extends Error {}

/**
 * Ends a request with the attempt, or at a time limit that moves from one part of the request to the next. It holds on to
 * its timer and its listener: those of AbortSignal.timeout and AbortSignal.any fall to the garbage collector.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #attempt: AbortSignal;
  readonly #abort = (): void => this.#controller.abort(this.#attempt.reason);
  #timer: NodeJS.Timeout | undefined;

  constructor(attempt: AbortSignal) {
    this.#attempt = attempt;
    attempt.addEventListener('abort', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  set(ms: number, late: (ms: number) => string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(new TooLate(late(ms))), ms);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#attempt.removeEventListener('abort', this.#abort);
  }
}
