import type { SyncWorkerEmitted } from '../../src/core.ts';
import { expectThat } from './cheap-expect.ts';

const letters: Readonly<Record<SyncWorkerEmitted['type'], string>> = {
  'run.started': 'S',
  'attempt.started': 'a',
  'attempt.finished': 'f',
  'run.stuck': 'k',
  'run.finished': 'E',
  'run.withdrawn': 'W',
  'peers.changed': '',
  'policy.changed': '',
  'event.refused': '',
  'waits.bounded': '',
};

/**
 * What one life of a worker may emit, whatever happens to it: a run holds attempts, one after the other, and ends once, with
 * its last attempt, stuck or withdrawn; an end without a run is a turn in solo. The life itself may end anywhere.
 */
const oneLife = /^(E|Sa(fa)*(fE|f?W|k))*(S(a(fa)*f?)?)?$/;

/** Checks what one life emitted against that order. */
export function expectEventsInOrder(life: readonly SyncWorkerEmitted[]): void {
  const emitted = life.map(({ type }) => letters[type]).join('');
  expectThat(oneLife.test(emitted), () => `emitted ${emitted}; allowed is ${oneLife.source}`);
}
