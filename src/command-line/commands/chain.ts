import { utcText } from '../../explain/time-text.ts';
import type { ChainReport, VerifyOptions } from '../../infonet/chain/verify-chain.ts';
import { readGateDirectory } from '../../infonet/gate-directory.ts';
import { shortHash } from '../../infonet/protocol.ts';
import { safeText } from '../../policy/safe-text.ts';
import { CommandFailed, FOLDER } from '../exit-status.ts';
import { chainFailure, chainFolder, noChain } from '../folder/open-chain.ts';
import { checkFolder } from '../folder/read-folder.ts';
import { withProgress } from '../live-view/progress.ts';
import { columns, eventsText } from '../text/status-text.ts';
import { type AddCommand, type CommandCall, command, commandGroup, option, settings } from './command.ts';

const verify = command({
  name: 'verify',
  description:
    'Verify every event: checksum, id, link, signature, order. Read-only; works while a worker runs.',
  takes: [...settings('data'), option('--json', 'print JSON; damage is null if there is none')],
  examples: ['chain verify --data ./sync-data'],
  act: async (call) => {
    const { verifyChain } = await import('../../infonet/chain/verify-chain.ts');
    const { report, data } = await withChain(call, verifyChain);
    const { count, head, damage = null } = report;
    if (damage === null || call.given.json === true) {
      await call.show({ count, head, damage }, () => `${verifiedText(report)} verified`);
    }
    if (damage === null) return;
    const text = `${damage}; ${verifiedText(report)} verified before; keep them, and set the rest aside, with: sync-worker chain repair --data ${data}`;
    throw new CommandFailed(FOLDER, call.given.json === true ? '' : text);
  },
});

const repair = command({
  name: 'repair',
  description:
    'Keep the events before the first one that does not verify, and move the rest to a file. The next run pulls what is missing.',
  takes: settings('data'),
  examples: ['chain repair --data ./sync-data'],
  act: async (call) => {
    const { repairChain } = await import('../../infonet/chain/verify-chain.ts');
    const { report } = await withChain(call, repairChain);
    const { damage, setAside } = report;
    const rest = setAside === undefined ? '' : `; the rest is now ${setAside}`;
    call.print(
      safeText(
        damage === undefined
          ? `there is nothing to repair: ${verifiedText(report)} verified`
          : `kept ${verifiedText(report)}${rest}; the next run pulls what is missing (${damage})`,
      ),
    );
  },
});

const gates = command({
  name: 'gates',
  description: 'List the gates on the chain: name, number of messages, last seen. Read-only.',
  takes: [...settings('data'), option('--json', 'print JSON')],
  examples: ['chain gates --data ./sync-data'],
  act: async (call) => {
    const { report: directory, data } = await withChain(call, (folder) => readGateDirectory(folder));
    if (directory === undefined) throw noChain(data);
    const rows = directory.map(({ gate, messages, lastSeen }) => [
      safeText(gate, 64),
      String(messages),
      utcText(lastSeen),
    ]);
    await call.show(directory, () =>
      rows.length === 0
        ? 'No gate has a message on this chain.'
        : columns([['GATE', 'MESSAGES', 'LAST SEEN'], ...rows]).join('\n'),
    );
  },
});

/** What lies in the chain of a data folder. */
export const chain: AddCommand = commandGroup(
  {
    name: 'chain',
    description: 'Verify, repair and inspect the chain of a data folder.',
    examples: ['chain verify --data ./sync-data'],
  },
  [verify, repair, gates],
);

/** Does something with the chain of the folder that is meant, and shows how far it has come where somebody watches. */
async function withChain<T>(
  { host, settings }: CommandCall<unknown>,
  work: (folder: string, options: VerifyOptions) => Promise<T>,
): Promise<{ readonly report: T; readonly data: string }> {
  const { data } = (await settings()).settings;
  await checkFolder(data);
  const report = await withProgress(host, 'ok', (show) =>
    work(chainFolder(data), {
      onProgress: ({ bytes, size, events }) => show(size === 0 ? 1 : bytes / size, `${events} events`),
    }),
  ).catch((error: unknown) => {
    throw chainFailure(error, data);
  });
  return { report, data };
}

function verifiedText({ count, head }: ChainReport): string {
  return count === 0 ? 'no event' : `${eventsText(count)} up to ${shortHash(head)}`;
}
