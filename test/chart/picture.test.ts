import { expect, test } from 'vitest';
import { drawChart } from '../../src/chart/draw-chart.ts';
import { syncWorkerWords } from '../../src/chart/sync-worker-words.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';

const { svg } = await drawChart(syncWorkerMachine, syncWorkerWords);

test('the picture beside the machine is what its definition draws today', async () => {
  // npm run chart draws it anew.
  await expect(svg).toMatchFileSnapshot('../../machines/sync-worker.svg');
});
