import type { SyncWorkerEmitted } from '../../src/index.ts';
import { expectThat } from './cheap-expect.ts';

const letters: Readonly<Record<SyncWorkerEmitted['type'], string>> = {
  'run.started': 'S',
  'attempt.started': 'a',
  'attempt.finished': 'f',
  'run.stuck': 'k',
  'run.finished': 'E',
  'peers.changed': '',
  'policy.changed': '',
  'event.refused': '',
};

/**
 * What one life of a worker may tell, whatever happens to it: a run holds attempts, one after the other, and ends once,
 * with its last attempt or stuck; an end without a run is a turn in solo. The life itself may end anywhere.
 */
const oneLife = /^(E|Sa(fa)*(fE|k))*(S(a(fa)*f?)?)?$/;

/** Holds what one life told against that order. */
export function expectToldInOrder(life: readonly SyncWorkerEmitted[]): void {
  const told = life.map(({ type }) => letters[type]).join('');
  expectThat(oneLife.test(told), () => `told ${told}; allowed is ${oneLife.source}`);
}
