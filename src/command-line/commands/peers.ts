import type { Option } from 'commander';
import type { PeerChange } from '../../control/control.ts';
import { utcText } from '../../explain/time-text.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { changeStoredPeers } from '../folder/change-stored-peers.ts';
import { reachNode } from '../folder/reach-node.ts';
import { peerUrl } from '../settings/setting-kinds.ts';
import { peersText } from '../text/status-text.ts';
import { type AddCommand, argument, command, commandGroup, option, settings } from './command.ts';

const list = command({
  name: 'list',
  description: 'List the peers and when each may be asked.',
  takes: [...settings('data'), option('--json', 'print JSON, with wire names')],
  examples: ['peers list --data ./sync-data'],
  act: async ({ host, settings, show }) => {
    const { status } = await reachNode((await settings()).settings, host);
    await show(status.peers, () => peersText(status).join('\n'));
  },
});

interface ChangeOptions {
  readonly label?: string;
  readonly role?: string;
  readonly force?: boolean;
}

/** @param done the result, in words */
function change(
  kind: PeerChange['kind'],
  done: string,
  description: string,
  options: readonly Option[] = [],
  example = 'http://….onion',
): AddCommand {
  return command<ChangeOptions>({
    name: kind,
    description,
    takes: [argument('<URL>', 'the peer'), ...settings('data'), ...options],
    examples: [`peers ${kind} ${example} --data ./sync-data`],
    act: async ({ host, given, operands: [text], settings, print }) => {
      const url = peerUrl(text, 'the URL');
      const asked = changeOf(kind, url, given);
      const peers = await changeStoredPeers((await settings()).settings, host, asked);
      const peer = peers.find((one) => one['peer_url'] === url && one['bucket'] === 'sync');
      const metadata = peer?.['metadata'];
      const until = isRecord(metadata) ? Number(metadata['retry_after_until'] ?? 0) : 0;
      const wait = until * 1000 > Date.now() ? `; its Retry-After holds until ${utcText(until)} UTC` : '';
      print(`${url} ${done}${wait}`);
    },
  });
}

function changeOf(kind: PeerChange['kind'], url: string, { label, role, force }: ChangeOptions): PeerChange {
  if (kind === 'add') return { kind, peerUrl: url, label, role };
  if (kind === 'reset') return { kind, peerUrl: url, force: force === true };
  return { kind, peerUrl: url };
}

/** Manages the peer store, safely while a worker is running. */
export const peers: AddCommand = commandGroup(
  {
    name: 'peers',
    description: 'List and change the peers of a data folder, whether a worker runs on it or not.',
    examples: [
      'peers list --data ./sync-data',
      'peers add http://….onion --label library --data ./sync-data',
    ],
  },
  [
    list,
    change(
      'add',
      'added',
      'Add a peer; it is asked at once.',
      [
        option('--label <TEXT>', 'a name to show'),
        option('--role <ROLE>', 'its role in the mesh').choices(['participant', 'relay', 'seed']),
      ],
      'http://….onion --role relay',
    ),
    change('remove', 'removed', 'Remove a peer. What it asked for by Retry-After is remembered until then.'),
    change('enable', 'enabled', 'Ask a disabled peer again.'),
    change('disable', 'disabled', 'Keep a peer, and ask it no more.'),
    change(
      'reset',
      'reset: its failures and its backoff are forgotten',
      'Forget the failures and the backoff of a peer.',
      [option('--force', 'clear its Retry-After too')],
    ),
  ],
);
