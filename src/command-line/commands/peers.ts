import { type Command, Option } from 'commander';
import type { PeerChange } from '../../control/peer-change.ts';
import { utcText } from '../../explain/time-text.ts';
import { safeValue } from '../../policy/safe-text.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import { changeStoredPeers } from '../folder/change-stored-peers.ts';
import { reachNode } from '../folder/reach-node.ts';
import type { Host } from '../host.ts';
import { SettingRefused } from '../settings/setting-kind.ts';
import { peerUrl } from '../settings/text-kinds.ts';
import { peersText } from '../text/status-text.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** `peers`: the peer store, safely beside a running worker. */
export function addPeers(program: Command, host: Host): void {
  const peers = program
    .command('peers')
    .description('See and change the peers of a data folder, whether a worker runs on it or not.');
  withExamples(peers, [
    'sync-worker peers list --data ./sync-data',
    'sync-worker peers add http://….onion --label library --data ./sync-data',
  ]);
  addList(peers, host);
  const add = changing(peers, host, 'add', 'Add a peer; it is asked at once.', [
    'http://….onion --role relay',
  ]);
  add.option('--label <TEXT>', 'a name for people');
  add.addOption(
    new Option('--role <ROLE>', 'what it is to the mesh').choices(['participant', 'relay', 'seed']),
  );
  changing(
    peers,
    host,
    'remove',
    'Remove a peer. What it asked for by Retry-After is remembered until then.',
  );
  changing(peers, host, 'enable', 'Ask a disabled peer again.');
  changing(peers, host, 'disable', 'Keep a peer, and ask it no more.');
  const reset = changing(peers, host, 'reset', 'Forget the failures and the backoff of a peer.', [
    'http://….onion',
  ]);
  reset.option('--force', 'forget its Retry-After too');
}

function addList(peers: Command, host: Host): void {
  const list = peers.command('list').description('The peers, and when each may be asked.');
  addSettings(list, ['data']);
  list.option('--json', 'for programs; under their wire names');
  withExamples(list, ['sync-worker peers list --data ./sync-data']);
  does(list, async () => {
    const { settings } = await settingsOf(list, host);
    const { status } = await reachNode(settings, host);
    const isJson = list.opts<{ json?: boolean }>().json === true;
    const text = isJson ? JSON.stringify(safeValue(status.peers), null, 2) : peersText(status).join('\n');
    host.stdout.write(`${text}\n`);
  });
}

function changing(
  peers: Command,
  host: Host,
  kind: PeerChange['kind'],
  description: string,
  examples: readonly string[] = ['http://….onion'],
): Command {
  const command = peers.command(kind).description(description).argument('<URL>', 'the peer');
  addSettings(command, ['data']);
  withExamples(
    command,
    examples.map((example) => `sync-worker peers ${kind} ${example} --data ./sync-data`),
  );
  return does(command, async (_, url) => {
    const change = readChange(kind, url ?? '', command.opts());
    const { settings } = await settingsOf(command, host);
    const now = await changeStoredPeers(settings, host, change);
    host.stdout.write(`${changeText(change, now)}\n`);
  });
}

interface ChangeOptions {
  readonly label?: string;
  readonly role?: string;
  readonly force?: boolean;
}

function readChange(
  kind: PeerChange['kind'],
  url: string,
  { label, role, force }: ChangeOptions,
): PeerChange {
  const peer = checked(url);
  if (kind === 'add') return { kind, peerUrl: peer, label, role };
  if (kind === 'reset') return { kind, peerUrl: peer, force: force === true };
  return { kind, peerUrl: peer };
}

function checked(url: string): string {
  try {
    return peerUrl(url, 'the URL');
  } catch (error) {
    if (!(error instanceof SettingRefused)) throw error;
    throw new CommandFailed(USAGE, error.message, { cause: error });
  }
}

/** What came of it, with what still holds the peer back. */
function changeText(
  { kind, peerUrl: url }: PeerChange,
  peers: readonly Readonly<Record<string, unknown>>[],
): string {
  const done: Record<PeerChange['kind'], string> = {
    add: 'added',
    remove: 'removed',
    enable: 'enabled',
    disable: 'disabled',
    reset: 'reset: its failures and its backoff are forgotten',
  };
  const peer = peers.find((one) => one['peer_url'] === url && one['bucket'] === 'sync');
  const metadata = peer?.['metadata'];
  const until =
    typeof metadata === 'object' && metadata !== null && 'retry_after_until' in metadata
      ? Number(metadata.retry_after_until)
      : 0;
  const wait = until * 1000 > Date.now() ? `; its Retry-After holds until ${utcText(until)} UTC` : '';
  return `${url} ${done[kind]}${wait}`;
}
