import type { Command } from 'commander';
import { gateDirectory } from '../../infonet/gate-directory.ts';
import type { GateSummary } from '../../infonet/gate-summary.ts';
import { readChainCopy } from '../folder/chain-figures.ts';
import { noChain } from '../folder/open-chain.ts';
import { checkFolder } from '../folder/read-folder.ts';
import type { Host } from '../host.ts';
import { safeText, safeValue } from '../log/safe-text.ts';
import { columns } from '../text/columns.ts';
import { timeText } from '../text/time-text.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** `chain`: the chain of a data folder. */
export function addChain(program: Command, host: Host): void {
  const chain = program.command('chain').description('Look into the chain of a data folder.');
  withExamples(chain, ['sync-worker chain gates --data ./sync-data']);
  addGates(chain, host);
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
    const directory = await readChainCopy(settings.data, gateDirectory);
    if (directory === null) throw noChain(settings.data);
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
    timeText(lastSeen),
  ]);
  return columns([['GATE', 'MESSAGES', 'LAST SEEN'], ...rows]).join('\n');
}
