import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AnyMachineSnapshot, createActor, createMachine } from 'xstate';
import { runProgram } from '../../src/command-line/program.ts';
import { readChart } from '../../src/explain/read-chart.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';

/** What `sync-worker chart` prints, and its status. */
async function chart(...flags: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  const stream = (key: 'out' | 'err'): object =>
    Object.assign(new EventEmitter(), {
      write: (text: string, done?: () => void) => {
        printed[key] += text;
        done?.();
        return true;
      },
    });
  const host = Object.assign(new EventEmitter(), {
    ...{ argv: ['node', 'sync-worker', 'chart', ...flags], env: {}, cwd: () => '/', pid: 1 },
    ...{ stdout: stream('out'), stderr: stream('err') },
  });
  const status = await runProgram(host as unknown as Parameters<typeof runProgram>[0]);
  return { status, ...printed };
}

test.each([[[]], [['--json']]])('%j prints a definition that makes the same chart again', async (flags) => {
  const { status, out, err } = await chart(...flags);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const machine = createMachine(JSON.parse(out));
  const { states, edges } = readChart(machine);
  const original = readChart(syncWorkerMachine);
  expect(states).toEqual(original.states);
  // What an action raises is in its implementation, and no part of a definition.
  const named = ({ actions: { does, emits }, ...edge }: (typeof edges)[number]): object => {
    return { ...edge, emits, does: does.filter((name) => name !== 'reschedule') };
  };
  expect(edges.map(named)).toEqual(original.edges.map(named));
  expect(out).not.toMatch(/=>|function|xstate\./);
});

test('the printed definition runs with the implementations of whoever loads it', async () => {
  const { out } = await chart('--json');
  const guards = Object.fromEntries(
    readChart(syncWorkerMachine).edges.flatMap(({ guard }) => (guard === '' ? [] : [[guard, () => false]])),
  );
  const camel = (words: string): string =>
    words.replaceAll(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
  const machine = createMachine(JSON.parse(out)).provide({
    guards: Object.fromEntries(Object.entries(guards).map(([name, guard]) => [camel(name), guard])) as never,
    delays: { startDelay: 60_000 } as never,
  });
  const actor = createActor(machine);
  actor.start();
  expect((actor.getSnapshot() as AnyMachineSnapshot).value).toBe('idle');
  actor.stop();
});

test('--svg prints the picture beside the machine', async () => {
  const { out } = await chart('--svg');
  expect(out).toBe(readFileSync(new URL('../../machines/sync-worker.svg', import.meta.url), 'utf8'));
});

test('--mermaid prints a state diagram', async () => {
  const { status, out } = await chart('--mermaid');
  expect(status).toBe(0);
  expect(out).toMatch(/^stateDiagram-v2\n {2}\[\*\] --> idle\n[\s\S]*\n {2}end note\n$/);
});

test('two forms at once are refused', async () => {
  expect(await chart('--svg', '--mermaid')).toEqual({
    status: 2,
    out: '',
    err: 'error: --svg and --mermaid cannot be printed at once; choose one\n',
  });
});
