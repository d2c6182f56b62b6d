import { describe, expect, test } from 'vitest';
import { layOut } from '../../src/chart/chart-layout.ts';
import { linesOf } from '../../src/chart/chart-lines.ts';
import { statesOf, triggerId } from '../../src/chart/chart-model.ts';
import { planOf } from '../../src/chart/chart-plan.ts';
import { chartSvg, pageMargins } from '../../src/chart/chart-svg.ts';
import { readChart } from '../../src/chart/read-chart.ts';
import { syncWorkerWords } from '../../src/chart/sync-worker-words.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { countedDefinition, lastKey } from './counted-definition.ts';

const counted = countedDefinition(syncWorkerMachine.config);
const model = readChart(syncWorkerMachine);
const plan = planOf(linesOf(model), syncWorkerWords);
const svg = chartSvg(plan, await layOut(plan, pageMargins(plan)), syncWorkerWords);

function attributes(name: string): string[] {
  return [...svg.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].flatMap(([, value = '']) =>
    value.split(' '),
  );
}

describe('the model', () => {
  test('has every state of the definition and no other', () => {
    const paths = statesOf(model.root).map(({ path }) => path);
    expect(paths.filter((path) => path !== '').sort()).toEqual([...counted.states].sort());
  });

  test('has every transition of the definition and no other', () => {
    const read = model.transitions.map(({ source, trigger, guard, target }) =>
      [source, triggerId(trigger), guard?.name ?? '-', lastKey(target)].join(' '),
    );
    expect(read.sort()).toEqual([...counted.transitions].sort());
    expect(new Set(model.transitions.map(({ id }) => id)).size).toBe(counted.transitions.length);
  });

  test('has every transition on exactly one line', () => {
    const drawn = linesOf(model).lines.flatMap(({ transitions }) => transitions);
    expect(drawn.sort()).toEqual(model.transitions.map(({ id }) => id).sort());
  });
});

describe('the picture', () => {
  test('shows every state once', () => {
    expect(attributes('data-state').sort()).toEqual([...counted.states].sort());
  });

  test('shows every transition once', () => {
    expect(attributes('data-edge').sort()).toEqual(model.transitions.map(({ id }) => id).sort());
  });

  test('says what every state is for', () => {
    const shown = svg.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    for (const { path, description } of statesOf(model.root)) {
      expect(description, `the description of ${path}`).not.toBe('');
      expect(shown).toContain(description);
    }
  });
});
