import type { Behaviour } from './scripted-sync.ts';

/** What a peer does, in the words of an example; `after` so many seconds, 0: before the call returns. */
export function answers(head: string, after = 0): Behaviour {
  return { kind: 'head', delay: after * 1000, value: head };
}

export function forks(after = 0): Behaviour {
  return { kind: 'fork', delay: after * 1000, value: undefined };
}

export function fails(error: unknown = new Error('refused'), after = 0): Behaviour {
  return { kind: 'throw', delay: after * 1000, value: error };
}

/** HTTP 429 with a Retry-After. */
export function asksToWait(seconds: number, after = 0): Behaviour {
  return { kind: 'rate limit', delay: after * 1000, value: seconds };
}

/** HTTP 503 after a part of the chain was verified and kept; the new head is 'half way'. */
export function breaksOff(after = 0): Behaviour {
  return { kind: 'http error', delay: after * 1000, value: 0 };
}

export function says(answer: unknown, after = 0): Behaviour {
  return { kind: 'garbage', delay: after * 1000, value: answer };
}

export const hangs: Behaviour = { kind: 'never', delay: 0, value: undefined };
