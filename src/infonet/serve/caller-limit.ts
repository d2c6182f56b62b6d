import { isIPv6 } from 'node:net';

export interface CallerLimitOptions {
  /** Requests a caller may make in one window. */
  readonly requests: number;
  readonly windowSeconds: number;
}

/** Callers remembered at once; beyond, the one whose window began first is forgotten. */
const MAX_CALLERS = 10_000;

/** Counts the requests of each caller, in windows that begin with a caller's first request. */
export class CallerLimit {
  readonly #options: CallerLimitOptions;
  readonly #windows = new Map<string, { readonly endsAt: number; count: number }>();

  constructor(options: CallerLimitOptions) {
    this.#options = options;
  }

  /** Whole seconds until the caller may ask again; 0 if this request may pass. */
  take(address: string, now: number): number {
    const caller = callerOf(address);
    const known = this.#windows.get(caller);
    if (known !== undefined && now < known.endsAt) {
      known.count += 1;
      // Rounded up: whoever comes back just then must find the window over.
      return known.count > this.#options.requests ? Math.ceil(known.endsAt - now) : 0;
    }
    this.#windows.delete(caller);
    this.#windows.set(caller, { endsAt: now + this.#options.windowSeconds, count: 1 });
    if (this.#windows.size > MAX_CALLERS) {
      const [oldest = ''] = this.#windows.keys();
      this.#windows.delete(oldest);
    }
    return 0;
  }
}

/** One caller can have all addresses of a /64, so they count as one. */
function callerOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address.replace('::ffff:', '');
  const [head = '', tail = ''] = address.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
