import type { Invariant } from './invariant.ts';

/** At most one attempt is under way, it is the one that the worker emitted, and none starts while the worker is stopped. */
export const oneAttemptAtATime: Invariant = (breach) => {
  const open = new Map<number, string>();
  let begun = '';
  return {
    before: (entry, fold) => {
      if (entry.kind === 'called') {
        const [other] = open.values();
        if (other !== undefined) breach(`${entry.peerUrl} is asked while ${other} is being asked`);
        if (!fold.isStarted) breach(`${entry.peerUrl} is asked by a stopped worker`);
        if (entry.peerUrl !== begun)
          breach(`${entry.peerUrl} is asked, but the emitted attempt is at ${begun}`);
        open.set(entry.call, entry.peerUrl);
      } else if (entry.kind === 'call over') {
        open.delete(entry.call);
      } else if (entry.kind === 'emitted' && entry.event.type === 'attempt.started') {
        begun = entry.event.peerUrl;
      } else if (entry.kind === 'settled' && open.size > 0 && !isAttempting(entry.value)) {
        breach(`an attempt at ${[...open.values()].join(', ')} goes on, but the worker is not attempting`);
      }
    },
  };
};

function isAttempting(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'running' in value && value.running === 'attempting';
}
