import { expect, test } from 'vitest';
import { chartSvg } from '../../src/build/chart-svg.ts';
import { drawChart } from '../../src/build/draw-chart.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';

test('the picture beside the machine is what its definition draws today', async () => {
  // npm run chart draws it anew.
  await expect(chartSvg(drawChart(syncWorkerMachine))).toMatchFileSnapshot('../../machines/sync-worker.svg');
});
