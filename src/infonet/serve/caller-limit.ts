import { isIPv6 } from 'node:net';

export interface CallerLimitOptions {
  /** Requests a caller may make in one window. */
  readonly requests: number;
  /** Requests all callers together may make in one window. */
  readonly total: number;
  readonly windowSeconds: number;
}

/** Callers remembered at once; beyond, the one whose window began first is forgotten. */
const MAX_CALLERS = 10_000;

interface Window {
  readonly began: number;
  readonly endsAt: number;
  count: number;
}

/** A window that began in the future is over as well: the clock was set back. */
function isOpen({ began, endsAt }: Window, now: number): boolean {
  return began <= now && now < endsAt;
}

/**
 * Counts the requests of each caller, and of all together, in windows that begin with a first request. What a caller
 * asks beyond its own limit is not counted to the total: one caller takes nothing from the others.
 */
export class CallerLimit {
  readonly #options: CallerLimitOptions;
  readonly #windows = new Map<string, Window>();
  #all: Window | undefined;

  constructor(options: CallerLimitOptions) {
    this.#options = options;
  }

  /** Whole seconds until the caller may ask again, never more than a window has; 0 if this request may pass. */
  take(caller: string, now: number): number {
    const { requests, total } = this.#options;
    return (
      this.#count(this.#windowOf(caller, now), requests, now) || this.#count(this.#total(now), total, now)
    );
  }

  #count(window: Window, most: number, now: number): number {
    window.count += 1;
    // Rounded up: whoever comes back just then must find the window over.
    return window.count > most ? Math.ceil(window.endsAt - now) : 0;
  }

  #windowOf(caller: string, now: number): Window {
    const known = this.#windows.get(caller);
    if (known !== undefined && isOpen(known, now)) return known;
    const fresh = this.#open(now);
    this.#windows.delete(caller);
    this.#windows.set(caller, fresh);
    if (this.#windows.size > MAX_CALLERS) {
      const [oldest = ''] = this.#windows.keys();
      this.#windows.delete(oldest);
    }
    return fresh;
  }

  #total(now: number): Window {
    this.#all = this.#all !== undefined && isOpen(this.#all, now) ? this.#all : this.#open(now);
    return this.#all;
  }

  #open(now: number): Window {
    return { began: now, endsAt: now + this.#options.windowSeconds, count: 0 };
  }
}

/** Who a caller is, by its address. One caller can have all addresses of a /64, so they count as one. */
export function callerOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address.replace('::ffff:', '');
  const [head = '', tail = ''] = address.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
