import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, inject, test } from 'vitest';
import { typeErrors } from './type-errors.ts';

/** Each `@ts-expect-error` fails the check if nothing is wrong there, as it would be with types lost on the way. */
const source = `
import {
  createVirtualClock, PeerSyncHttpError, type PeerRecord, type SyncFunction, type SyncWorkerState,
} from 'infonet-sync-worker';
import { createSyncWorkerMachine, type SyncWorkerActor } from 'infonet-sync-worker/core';
import { createActor } from 'xstate';

const sync: SyncFunction = async (peer, { signal, head }) => {
  signal.throwIfAborted();
  if (peer.failureCount > 3) throw new PeerSyncHttpError({ status: 503, retryAfterSeconds: 30 });
  return { head: head + '+' };
};
const clock = createVirtualClock();
const machine = createSyncWorkerMachine({ sync, now: () => clock.now() / 1000 });
const worker: SyncWorkerActor = createActor(machine, {
  clock,
  input: { peers: ['https://peer.example'], policy: { intervalSeconds: 60 } },
});
export const kept: SyncWorkerState[] = [];
export let peers: readonly PeerRecord[] = [];
worker.on('run.finished', ({ state }) => kept.push(state));
worker.on('attempt.finished', (told) => {
  peers = told.peers;
  if (told.result.outcome === 'error') told.result.retryAfterSeconds.toFixed();
});
worker.start();
worker.send({ type: 'sync.requested', force: true });
export const isWaiting: boolean = worker.getSnapshot().matches('ok');

// @ts-expect-error No such event.
worker.send({ type: 'sync.asked' });
// @ts-expect-error A misspelt option.
createActor(machine, { input: { policy: { intervalSecond: 60 } } });
// @ts-expect-error No such state.
worker.getSnapshot().matches('sleeping');
// @ts-expect-error The state is read only.
worker.getSnapshot().context.worker.nextSyncDueAt = 0;
// @ts-expect-error Nothing that happened is told under this name.
worker.on('run.ended', () => undefined);
// @ts-expect-error Not an answer.
createSyncWorkerMachine({ sync: () => 'a1' });
`;

test.for([
  ['nodenext', { module: ts.ModuleKind.NodeNext }],
  // The oldest there is, and no more in TypeScript 7; it looks at no `exports`.
  [
    'node10',
    {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      ignoreDeprecations: '6.0',
    },
  ],
  ['bundler', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
] as const)(
  'the packed types hold under every strict check with the module resolution %s',
  async ([, options]) => {
    const file = join(inject('consumer'), 'consumer.ts');
    await writeFile(file, source);
    expect(typeErrors([file], options)).toEqual([]);
  },
);
