import type { SyncFunction } from '../../schedule/attempt.ts';
import { inPlaceOf } from '../../schedule/in-place-of.ts';
import type { Seen } from './history.ts';

/** Called with each pending call. */
export type Follow = (call: PromiseLike<unknown>) => void;

/** Wraps the sync function and reports the start and the end of each call. */
export function followedSync(sync: SyncFunction, follow: Follow, see: (seen: Seen) => void): SyncFunction {
  let made = 0;
  return inPlaceOf(sync, (peer, given) => {
    made += 1;
    const call = made;
    see({ kind: 'called', call, peerUrl: peer.peerUrl });
    let isOver = false;
    const over = (how: 'settled' | 'aborted') => (): void => {
      if (isOver) return;
      isOver = true;
      given.signal.removeEventListener('abort', aborted);
      see({ kind: 'call over', call, how });
    };
    const aborted = over('aborted');
    const settled = over('settled');
    given.signal.addEventListener('abort', aborted);
    try {
      const answer = sync(peer, given);
      if (!isThenable(answer)) {
        settled();
        return answer;
      }
      const answered = Promise.resolve(answer);
      follow(answered);
      answered.then(settled, settled);
      return answered;
    } catch (error) {
      settled();
      throw error;
    }
  });
}

function isThenable(value: unknown): value is PromiseLike<never> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
