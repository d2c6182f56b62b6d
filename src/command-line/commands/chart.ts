import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import { type AddCommand, command, option } from './command.ts';

/** Prints the statechart of the worker, for people and for other tools. */
export const chart: AddCommand = command<object>({
  name: 'chart',
  description: 'Print the statechart of the worker as JSON, SVG or a Mermaid diagram.',
  takes: [
    option('--json', 'the definition, for Stately Studio and createMachine() (default)'),
    option('--svg', 'a picture'),
    option('--mermaid', 'a state diagram that GitHub renders'),
  ],
  examples: ['chart > sync-worker.machine.json', 'chart --svg > sync-worker.svg', 'chart --mermaid'],
  act: async ({ given, print }) => {
    const [form = 'json', ...others] = Object.keys(given);
    if (others.length > 0) {
      throw new CommandFailed(USAGE, `--${form} and --${others[0]} cannot be printed at once; choose one`);
    }
    print((await chartAs(form)).trimEnd());
  },
});

async function chartAs(form: string): Promise<string> {
  // JSON drops only the functions of the definition, which create the context and the attempt's input.
  if (form === 'json') return JSON.stringify(syncWorkerMachine.config, null, 2);
  if (form === 'mermaid') {
    const { readChart } = await import('../../explain/read-chart.ts');
    const { chartMermaid } = await import('../../explain/chart-mermaid.ts');
    return chartMermaid(readChart(syncWorkerMachine));
  }
  const { drawChart } = await import('../../build/draw-chart.ts');
  const { chartSvg } = await import('../../build/chart-svg.ts');
  return chartSvg(drawChart(syncWorkerMachine));
}
