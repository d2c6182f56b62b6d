import type { SyncAnswer, SyncFunction } from '../../../src/schedule/attempt.ts';

/** A sync function that answers when, and what, a test has it answer. */
export interface ControlledSync {
  readonly sync: SyncFunction;
  /** The URLs of the peers that were asked. */
  readonly asked: readonly string[];
  /** Answers the attempt under way. */
  answer(answer: SyncAnswer | Error): void;
}

export function controlledSync(): ControlledSync {
  const asked: string[] = [];
  let settle: ((answer: SyncAnswer | Error) => void) | undefined;
  return {
    sync: ({ peerUrl }, { signal }) => {
      asked.push(peerUrl);
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        settle = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
      });
    },
    asked,
    answer: (answer) => {
      if (settle === undefined) throw new Error('No attempt is under way');
      settle(answer);
      settle = undefined;
    },
  };
}
