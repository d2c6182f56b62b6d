import type { Command } from 'commander';
import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { does, withExamples } from './command-parts.ts';

/** `chart`: the statechart of the worker, to look at and to give to other tools. */
export function addChart(program: Command, host: Host): void {
  const command = program
    .command('chart')
    .description('Print the statechart of the worker: as JSON, as a picture or as a diagram.')
    .option('--json', 'the definition for Stately Studio and createMachine() (this is the default)')
    .option('--svg', 'the picture')
    .option('--mermaid', 'a state diagram that GitHub draws');
  withExamples(command, [
    'sync-worker chart > sync-worker.machine.json',
    'sync-worker chart --svg > sync-worker.svg',
    'sync-worker chart --mermaid',
  ]);
  does(command, async () => {
    const [form = 'json', ...others] = Object.keys(command.opts());
    if (others.length > 0) {
      throw new CommandFailed(USAGE, `--${form} and --${others[0]} cannot be printed at once; choose one`);
    }
    host.stdout.write(`${(await chartAs(form)).trimEnd()}\n`);
  });
}

async function chartAs(form: string): Promise<string> {
  if (form === 'json') {
    // Of the definition JSON leaves out the functions alone: those that make the context and the attempt's input.
    return JSON.stringify(syncWorkerMachine.config, null, 2);
  }
  if (form === 'mermaid') {
    const { readChart } = await import('../../explain/read-chart.ts');
    const { chartMermaid } = await import('../../explain/chart-mermaid.ts');
    return chartMermaid(readChart(syncWorkerMachine));
  }
  const { drawChart } = await import('../../build/draw-chart.ts');
  const { chartSvg } = await import('../../build/chart-svg.ts');
  return chartSvg(drawChart(syncWorkerMachine));
}
