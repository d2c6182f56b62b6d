import type { Invariant } from './invariant.ts';

/** An orderly stop ends, leaves no timer and no attempt behind, and no event follows it. */
export const stopLeavesNothing: Invariant = (breach) => {
  const open = new Set<number>();
  let isStopped = false;
  return {
    before: (entry) => {
      if (entry.kind === 'called') open.add(entry.call);
      else if (entry.kind === 'call over') open.delete(entry.call);
      else if (entry.kind === 'began') isStopped = false;
      else if (entry.kind === 'emitted' && isStopped && !/^(storage|fault)/.test(entry.event.type)) {
        breach(`a stopped worker emits ${entry.event.type}`);
      } else if (entry.kind === 'stopped') {
        isStopped = true;
        if (!entry.hasEnded) breach('stop() does not end');
        if (entry.timers > 0) breach(`a stopped worker left ${entry.timers} timers`);
        if (open.size > 0) breach(`a stopped worker left ${open.size} attempts that were not aborted`);
      }
    },
  };
};
