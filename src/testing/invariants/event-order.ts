import type { SyncWorkerEmitted } from '../../schedule/worker-events.ts';

const letters: Readonly<Partial<Record<string, string>>> = {
  'run.started': 'S',
  'attempt.started': 'a',
  'attempt.finished': 'f',
  'run.stuck': 'k',
  'run.finished': 'E',
  'run.withdrawn': 'W',
} satisfies Partial<Record<SyncWorkerEmitted['type'], string>>;

/** What may come after each letter: a run holds attempts, one after the other, and ends once; an end without a run is a turn in solo. */
const next: Readonly<Record<string, string>> = {
  '': 'SE',
  S: 'a',
  a: 'fkW',
  f: 'aEW',
  k: 'SE',
  E: 'SE',
  W: 'SE',
};

/** Checks the order of what a worker tells, in each of its lives. A life may end anywhere. */
export function expectEventsInOrder(breach: (text: string) => void): {
  begun(): void;
  emitted(type: string): void;
} {
  let last = '';
  let lastType = 'nothing';
  return {
    begun: () => {
      last = '';
    },
    emitted: (type) => {
      const letter = letters[type];
      if (letter === undefined) return;
      if (!next[last]?.includes(letter)) breach(`${type} is told after ${lastType}`);
      last = letter;
      lastType = type;
    },
  };
}
