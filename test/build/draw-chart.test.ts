import { expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { type ChartPlaces, chartPlaces } from '../../src/build/chart-places.ts';
import { chartSvg } from '../../src/build/chart-svg.ts';
import { drawChart } from '../../src/build/draw-chart.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';

const { config } = syncWorkerMachine;

test('a transition that leads elsewhere and has no arrow is refused by its name', () => {
  const machine = createMachine({ ...config, on: { ...config.on, 'worker.gone': '.solo' } } as object);
  expect(() => drawChart(machine)).toThrow('The picture has no arrow for :worker.gone:0');
});

test('a state without a place is refused by its name', () => {
  const machine = createMachine({ ...config, states: { ...config.states, lost: {} } } as object);
  expect(() => drawChart(machine)).toThrow('The picture has no place for the state lost');
});

test('a place of a transition that the machine does not have is refused', () => {
  const { fork: _, ...states } = config.states ?? {};
  expect(() => drawChart(createMachine({ ...config, states: { ...states, fork: {} } } as object))).toThrow(
    'The picture has a place for fork:always:0, which the machine does not have',
  );
});

test('transitions that differ do not share an arrow', () => {
  const places: ChartPlaces = {
    ...chartPlaces,
    arrows: chartPlaces.arrows.map((arrow) => ({
      ...arrow,
      edges: arrow.edges.replace('idle:always:6', 'idle:always:6 idle:always:5'),
    })),
  };
  expect(() => drawChart(syncWorkerMachine, places)).toThrow('idle:always:5 differs from idle:always:6');
});

test('what a text says is escaped', () => {
  const machine = createMachine({ ...config, description: 'a < b & "c"' } as object);
  expect(chartSvg(drawChart(machine))).toContain('<desc>a &lt; b &amp; &quot;c&quot;</desc>');
});
