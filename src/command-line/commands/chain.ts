import type { Command } from 'commander';
import { utcText } from '../../explain/time-text.ts';
import type { ChainReport, VerifyOptions } from '../../infonet/chain/verify-chain.ts';
import { readGateDirectory } from '../../infonet/gate-directory.ts';
import type { GateSummary } from '../../infonet/gate-summary.ts';
import { shortHash } from '../../infonet/protocol.ts';
import { safeText, safeValue } from '../../policy/safe-text.ts';
import { CommandFailed, FOLDER } from '../exit-status.ts';
import { chainFailure, chainFolder, noChain } from '../folder/open-chain.ts';
import { checkFolder } from '../folder/read-folder.ts';
import type { Host } from '../host.ts';
import { canShowLiveView } from '../live-view/live-view.ts';
import { bar, createPaint, hasColour } from '../live-view/paint.ts';
import { openScreen } from '../live-view/screen.ts';
import { columns } from '../text/status-text.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** `chain`: what lies in the chain of a data folder. */
export function addChain(program: Command, host: Host): void {
  const chain = program
    .command('chain')
    .description('Verify and repair the chain of a data folder, and look into it.');
  withExamples(chain, ['sync-worker chain verify --data ./sync-data']);
  addVerify(chain, host);
  addRepair(chain, host);
  addGates(chain, host);
}

function addVerify(chain: Command, host: Host): void {
  const command = working(
    chain,
    host,
    'verify',
    'Verify every event: checksum, id, link, signature, order. Changes nothing, also beside a running worker.',
    async (folder, options) => {
      const { verifyChain } = await import('../../infonet/chain/verify-chain.ts');
      return verifyChain(folder, options);
    },
    ({ report, folder }) => {
      if (report.damage === undefined) return `${eventsOf(report)} verified`;
      throw new CommandFailed(
        FOLDER,
        `${report.damage}; ${eventsOf(report)} verified before; keep them, and set the rest aside, with: sync-worker chain repair --data ${folder}`,
      );
    },
  );
  command.option('--json', 'for programs; damage is null if there is none');
}

function addRepair(chain: Command, host: Host): void {
  working(
    chain,
    host,
    'repair',
    'Keep the events up to the first that does not verify, and set the rest aside in a file. The next run pulls what is missing.',
    async (folder, options) => {
      const { repairChain } = await import('../../infonet/chain/verify-chain.ts');
      return repairChain(folder, options);
    },
    ({ report }) => {
      if (report.damage === undefined) return `there is nothing to repair: ${eventsOf(report)} verified`;
      const rest = report.setAside === undefined ? '' : `; the rest is now ${report.setAside}`;
      return `kept ${eventsOf(report)}${rest}; the next run pulls what is missing (${report.damage})`;
    },
  );
}

function addGates(chain: Command, host: Host): void {
  const gates = chain
    .command('gates')
    .description('The gates on the chain: name, messages, last seen; no text of anybody. Changes nothing.');
  addSettings(gates, ['data']);
  gates.option('--json', 'for programs');
  withExamples(gates, ['sync-worker chain gates --data ./sync-data']);
  does(gates, async () => {
    const { settings } = await settingsOf(gates, host);
    await checkFolder(settings.data);
    const directory = await readGateDirectory(chainFolder(settings.data)).catch((error: unknown) => {
      throw chainFailure(error, settings.data);
    });
    if (directory === undefined) throw noChain(settings.data);
    const isJson = gates.opts<{ json?: boolean }>().json === true;
    host.stdout.write(
      `${isJson ? JSON.stringify(safeValue(directory), null, 2) : directoryText(directory)}\n`,
    );
  });
}

function directoryText(directory: readonly GateSummary[]): string {
  if (directory.length === 0) return 'No gate has a message on this chain.';
  const rows = directory.map(({ gate, messages, lastSeen }) => [
    safeText(gate, 64),
    String(messages),
    utcText(lastSeen),
  ]);
  return columns([['GATE', 'MESSAGES', 'LAST SEEN'], ...rows]).join('\n');
}

type Report = ChainReport & { readonly setAside?: string | undefined };

function working(
  chain: Command,
  host: Host,
  name: string,
  description: string,
  work: (place: string, options: VerifyOptions) => Promise<Report>,
  conclude: (done: { readonly report: Report; readonly folder: string }) => string,
): Command {
  const command = chain.command(name).description(description);
  addSettings(command, ['data']);
  withExamples(command, [`sync-worker chain ${name} --data ./sync-data`]);
  return does(command, async () => {
    const { settings } = await settingsOf(command, host);
    await checkFolder(settings.data);
    const report = await withBar(host, (options) => work(chainFolder(settings.data), options)).catch(
      (error: unknown) => {
        throw chainFailure(error, settings.data);
      },
    );
    if (command.opts<{ json?: boolean }>().json === true) {
      const { count, head, damage = null } = report;
      host.stdout.write(`${JSON.stringify(safeValue({ count, head, damage }), null, 2)}\n`);
      if (damage !== null) throw new CommandFailed(FOLDER);
      return;
    }
    host.stdout.write(`${safeText(conclude({ report, folder: settings.data }))}\n`);
  });
}

/** Shows how far it has come where somebody watches. */
async function withBar<T>({ stderr, env }: Host, work: (options: VerifyOptions) => Promise<T>): Promise<T> {
  if (!canShowLiveView(stderr, env)) return work({});
  const screen = openScreen(stderr);
  const paint = createPaint(hasColour(stderr, env));
  try {
    return await work({
      onProgress: ({ bytes, size, events }) => {
        const share = size === 0 ? 1 : bytes / size;
        const text = `${String(Math.floor(100 * share)).padStart(3)} %  ${events} events`;
        screen.draw(({ columns }) => `${bar(share, columns - text.length - 2, 'ok', paint)} ${text}`);
      },
    });
  } finally {
    screen.close();
  }
}

function eventsOf({ count, head }: ChainReport): string {
  return count === 0 ? 'no event' : `${count} ${count === 1 ? 'event' : 'events'} up to ${shortHash(head)}`;
}
