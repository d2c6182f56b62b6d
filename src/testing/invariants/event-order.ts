import type { SyncWorkerEmitted } from '../../schedule/worker-events.ts';

const letters: Readonly<Partial<Record<string, string>>> = {
  'run.started': 'S',
  'attempt.started': 'a',
  'attempt.finished': 'f',
  'run.stuck': 'k',
  'run.finished': 'E',
  'run.withdrawn': 'W',
} satisfies Partial<Record<SyncWorkerEmitted['type'], string>>;

/** What may follow each letter: a run has attempts, one after the other, and ends once. An end without a start is a solo run. */
const next: Readonly<Record<string, string>> = {
  '': 'SE',
  S: 'a',
  a: 'fkW',
  f: 'aEW',
  k: 'SE',
  E: 'SE',
  W: 'SE',
};

/** Checks the order of a worker's events in each of its processes. A process may end anywhere. */
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
      if (!next[last]?.includes(letter)) breach(`${type} is emitted after ${lastType}`);
      last = letter;
      lastType = type;
    },
  };
}
