import { describe, expect, test } from 'vitest';
import { chartSvg } from '../../src/build/chart-svg.ts';
import { drawChart } from '../../src/build/draw-chart.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { chartDefinition, listed } from '../support/chart-definition.ts';

const { states, transitions } = chartDefinition(syncWorkerMachine.config);
const svg = chartSvg(drawChart(syncWorkerMachine));
const text = svg.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

function attributes(name: string): string[] {
  return [...svg.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].flatMap(([, value = '']) =>
    value.split(' '),
  );
}

test('the picture shows every state once', () => {
  expect(attributes('data-state').sort()).toEqual(states.map(({ path }) => path).sort());
});

test('the picture shows every transition once', () => {
  expect(attributes('data-edge').sort()).toEqual(transitions.map(({ id }) => id).sort());
});

describe('the picture says', () => {
  const spaced = (name: unknown): string => String(name).replaceAll(/[A-Z]/g, ' $&').toLowerCase();
  const lists = states.map(({ config }) => config);

  test('what every state means', () => {
    for (const { description } of lists) expect(text).toContain(description);
    expect(text).toContain(syncWorkerMachine.config.description);
  });

  test('what every state waits for, and what sets off every transition', () => {
    for (const { id } of transitions) {
      const [, trigger = ''] = id.split(':');
      if (trigger.startsWith('after.'))
        expect(text).toContain(`after ${spaced(trigger.slice('after.'.length))}`);
      else if (/^\w+\.\w+$/.test(trigger) && !/^(done|error)\./.test(trigger))
        expect(text).toContain(trigger);
    }
  });

  test('every guard, and every action but those that raise what it shows as an arrow', () => {
    for (const { guard, actions } of transitions) {
      if (guard !== undefined) expect(text).toContain(`[${spaced(guard)}]`);
      for (const action of actions.filter((name) => name !== 'reschedule')) {
        const name = String(action);
        expect(text).toContain(
          name.startsWith('emit') ? spaced(name).slice(5).replaceAll(' ', '.') : spaced(name),
        );
      }
    }
    expect(text).toContain('raises schedule.changed');
  });

  test('what is done on entry', () => {
    for (const action of lists.flatMap(({ entry }) => listed(entry)).map(String))
      if (!action.startsWith('emit')) expect(text).toContain(spaced(action));
    expect(text).toContain('on entry: decide');
  });
});
