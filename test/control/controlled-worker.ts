import { onTestFinished } from 'vitest';
import type { Control } from '../../src/control/control.ts';
import { connectControl } from '../../src/control/control-client.ts';
import { type ControlServer, serveControl } from '../../src/control/control-server.ts';
import type { KeptMessages } from '../../src/control/kept-messages.ts';
import type { SyncWorkerOptions } from '../../src/index.ts';
import { createMemoryChain } from '../../src/infonet/index.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { type Embedded, embed } from '../support/embedded-worker.ts';

export const good: Omit<SyncWorkerOptions, 'clock'> = {
  sync: () => ({ head: 'h1' }),
  peers: ['http://a.example', 'http://b.example'],
};

/** A worker on virtual time that listens on a real socket, and a client of it. */
export interface Controlled extends Embedded {
  readonly folder: string;
  readonly server: ControlServer;
  readonly control: Control;
}

/** Ends with the test. */
export async function controlled(
  options: Omit<SyncWorkerOptions, 'clock'> = good,
  messages?: KeptMessages,
): Promise<Controlled> {
  const { path: folder } = await tempFolder();
  const embedded = embed(options);
  await embedded.worker.start();
  await embedded.pass(0);
  const server = await serveControl({
    folder,
    worker: embedded.worker,
    chain: createMemoryChain(),
    messages,
  });
  onTestFinished(async () => {
    await server.close();
    await embedded.worker.stop();
  });
  const control = await connectControl(folder);
  if (control === undefined) throw new Error('nobody listens');
  return { ...embedded, folder, server, control };
}
