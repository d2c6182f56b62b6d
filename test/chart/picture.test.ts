import { expect, test } from 'vitest';
import { syncWorkerMachine } from '../../machines/sync-worker.machine.ts';
import { drawChart } from '../../src/chart/draw-chart.ts';
import { syncWorkerWords } from '../../src/chart/sync-worker-words.ts';

const { svg } = await drawChart(syncWorkerMachine, syncWorkerWords);

test('the picture beside the machine is what its definition draws today', async () => {
  // npm run chart draws it anew.
  await expect(svg).toMatchFileSnapshot('../../machines/sync-worker.svg');
});
