import type { SyncAnswer, SyncFunction } from '../../../src/schedule/attempt.ts';

/** A sync function that answers when, and what, a test tells it to. */
export interface ToldSync {
  readonly sync: SyncFunction;
  /** The URLs of the peers that were asked. */
  readonly asked: readonly string[];
  /** Answers the attempt under way. */
  answer(answer: SyncAnswer | Error): void;
}

export function toldSync(): ToldSync {
  const asked: string[] = [];
  let settle: ((answer: SyncAnswer | Error) => void) | undefined;
  return {
    sync: ({ peerUrl }) => {
      asked.push(peerUrl);
      return new Promise((resolve, reject) => {
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
