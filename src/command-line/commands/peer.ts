import { stat } from 'node:fs/promises';
import { createInfonetPeer } from '../../infonet/serve/infonet-peer.ts';
import { messageOf } from '../../policy/thrown.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { chainFolder, noChain, openFolderChain } from '../folder/open-chain.ts';
import { checkFolder } from '../folder/read-folder.ts';
import { watchForEnd } from '../run/wait-for-end.ts';
import { eventsText } from '../text/status-text.ts';
import { type AddCommand, command, option, settings, wholeNumberOption } from './command.ts';

interface PeerOptions {
  readonly host: string;
  readonly port: number;
  readonly private?: boolean;
}

/** Serves a chain until a signal. */
export const peer: AddCommand = command<PeerOptions>({
  name: 'peer',
  description:
    'Serve the chain of a data folder to other nodes until a signal stops it. No worker may run on the folder meanwhile.',
  takes: [
    ...settings('data'),
    option('--host <ADDRESS>', 'the address to listen on').default('127.0.0.1'),
    wholeNumberOption('--port <PORT>', 'the port to listen on; 0: any free port', 0, 65_535).default(0),
    option('--private', 'also serve private events; only for an onion service that forwards to this port'),
  ],
  examples: ['peer --data ./sync-data --port 8080'],
  act: async ({ host, given, settings, print }) => {
    const { data } = (await settings()).settings;
    await checkFolder(data);
    if ((await stat(chainFolder(data)).catch(() => undefined)) === undefined) throw noChain(data);
    const watch = watchForEnd(host);
    const chain = await openFolderChain(data);
    try {
      const served = await createInfonetPeer({ chain, ...given }).catch((error: unknown) => {
        const reason = messageOf(error);
        throw new CommandFailed(FAILED, `${reason}; choose another --host or --port`, { cause: error });
      });
      print(`${served.url} serves ${eventsText(chain.count())}; Ctrl-C ends it`);
      const end = await watch.end;
      await served.close();
      if (end.kind === 'fault') throw end.error;
    } finally {
      await chain.close();
      watch.stop();
    }
  },
});
