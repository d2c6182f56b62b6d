import { stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { createInfonetPeer } from '../../infonet/serve/infonet-peer.ts';
import { messageOf } from '../../policy/thrown.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { chainFolder, noChain, openFolderChain } from '../folder/open-chain.ts';
import { checkFolder } from '../folder/read-folder.ts';
import type { Host } from '../host.ts';
import { watchForEnd } from '../run/wait-for-end.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

interface PeerOptions {
  readonly host: string;
  readonly port: number;
  readonly private?: boolean;
}

/** `peer`: serves a chain, until a signal. */
export function addPeer(program: Command, host: Host): void {
  const command = program
    .command('peer')
    .description(
      'Serve the chain of a data folder to other nodes, until a signal. No worker may run on it meanwhile.',
    );
  addSettings(command, ['data']);
  command.option('--host <ADDRESS>', 'where to listen', '127.0.0.1');
  command.option('--port <PORT>', 'where to listen; 0: any that is free', readPort, 0);
  command.option('--private', 'serve private events too: for an onion service that hands on to this port');
  withExamples(command, ['sync-worker peer --data ./sync-data --port 8080']);
  does(command, async () => {
    const { settings } = await settingsOf(command, host);
    await serveChain(settings.data, command.opts<PeerOptions>(), host);
  });
}

async function serveChain(folder: string, options: PeerOptions, host: Host): Promise<void> {
  await checkFolder(folder);
  if ((await stat(chainFolder(folder)).catch(() => undefined)) === undefined) throw noChain(folder);
  const watch = watchForEnd(host);
  const chain = await openFolderChain(folder);
  try {
    const peer = await createInfonetPeer({ chain, ...options }).catch((error: unknown) => {
      const reason = messageOf(error);
      throw new CommandFailed(FAILED, `${reason}; choose another --host or --port`, { cause: error });
    });
    host.stdout.write(
      `${peer.url} serves ${chain.count()} ${chain.count() === 1 ? 'event' : 'events'}; Ctrl-C ends it\n`,
    );
    const end = await watch.end;
    await peer.close();
    if (end.kind === 'fault') throw end.error;
  } finally {
    await chain.close();
    watch.stop();
  }
}

function readPort(text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Allowed is a port from 0 to 65535.');
}
