import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Host } from '../../src/command-line/host.ts';
import { runProgram as runHere } from '../../src/command-line/program.ts';
import { contenderNames } from '../../src/simulate/contenders/contenders.ts';
import { scenarioNames } from '../../src/testing/index.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { openFakeTerminal } from './live-view/fake-terminal.ts';
import { type Ended, runProgram } from './started-program.ts';

const program = await buildCommandLine();
const small = ['--workers', '20', '--hours', '2.5'];

function simulate(args: readonly string[], cwd?: string): Promise<Ended> {
  return runProgram(program, ['simulate', ...small, ...args], cwd === undefined ? {} : { cwd });
}

test('a scenario is simulated with all contenders, as a table and as a page', async () => {
  const { path } = await tempFolder();
  const { status, stdout, stderr } = await simulate(['--html', 'report.html'], path);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^An outage of an hour, seed 1\n20 workers · 1 peer of 50 requests\/s/);
  expect(stdout.trimEnd().split('\n')).toHaveLength(4 + contenderNames.length);
  expect(await readFile(join(path, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
});

test('--json prints one object, the same for the same seed, with the policy of the flags', async () => {
  const args = [
    '--json',
    '--seed',
    '7',
    '--contenders',
    'ours,undici',
    '--jitter-ratio',
    '0.25',
    '--peers',
    '2',
  ];
  const [one, again, other] = [
    await simulate(args),
    await simulate(args),
    await simulate([...args, '--seed', '8']),
  ];
  expect(one).toEqual(again);
  const report = JSON.parse(one.stdout);
  expect(JSON.parse(other.stdout).contenders).not.toEqual(report.contenders);
  expect(report).toMatchObject({
    simulation: 'infonet-sync-worker',
    version: 1,
    seed: 7,
    scenario: {
      workers: 20,
      hours: 2.5,
      peers: [{ count: 2 }],
      policy: { jitterRatio: 0.25, intervalSeconds: 300 },
    },
    recoveryFrom: 7200,
    contenders: [{ name: 'ours', figures: { early: 0 } }, { name: 'undici' }],
    assertions: [],
  });
});

test('a file is a scenario too', async () => {
  const { path } = await tempFolder();
  const file = join(path, 'own.json');
  await writeFile(file, '{ "title": "Of my own", "peers": [{ "count": 3, "errorRate": 0.5 }] }');
  const { status, stdout } = await simulate(['--scenario', 'own.json', '--contenders', 'ours'], path);
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^Of my own, seed 1\n20 workers · 3 peers /)]);
  await writeFile(file, '{ "peers": [{ "latency": 3 }] }');
  const misspelt = await simulate(['--scenario', 'own.json'], path);
  expect([misspelt.status, misspelt.stderr]).toEqual([
    2,
    expect.stringMatching(/^error: .*own\.json: peers\[0\]: unknown field latency; known are count, .*\n$/),
  ]);
  await writeFile(file, '{');
  expect(await simulate(['--scenario', 'own.json'], path)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^error: .*own\.json is no JSON: .*\n$/),
  });
});

test('an assertion that holds ends with 0, and one that does not with 1 and with what was found', async () => {
  const good = ['--assert', 'early = 0', '--assert', 'recovery.last <= 1.6 * cap'];
  const holds = await simulate(['--contenders', 'ours', ...good]);
  expect([holds.status, holds.stderr]).toEqual([0, '']);
  expect(holds.stdout).toContain('\nholds  early = 0  (ours:early is 0)\n');
  const fails = await simulate(['--contenders', 'ours', 'constant', ...good, 'constant:peak <= 1/s']);
  expect(fails.status).toBe(1);
  expect(fails.stdout).toContain('\nholds  early = 0  ');
  expect(fails.stdout).toContain('\nFAILS  constant:peak <= 1/s  ');
  expect(fails.stderr).toMatch(/^error: constant:peak <= 1\/s does not hold: constant:peak is \d+\/s\n$/);
});

test.for([
  [
    ['--assert', 'peek <= 20/s'],
    '"peek <= 20/s" cannot be asserted: there is no figure peek; allowed is peak, ',
  ],
  [['--contenders', 'ours', '--assert', 'undici:peak < 5'], 'undici does not run; allowed is ours'],
  [['--hours', '1.5', '--assert', 'recoveryLast < 5h'], 'the scenario has nothing to recover from'],
  [['--scenario', 'outage'], '--scenario is "outage"; allowed is outage-of-an-hour, '],
  [['--scenario', 'flaping-peer'], 'did you mean flapping-peer?'],
  [['--workers', '0'], 'workers is 0; allowed is a whole number from 1 to 1000000'],
  [['--workers', '-5'], '--workers is "-5"; allowed is a number of at least 0'],
  [['--peers', '1.5'], '--peers is 1.5; allowed is a whole number from 1'],
  [['--scenario', 'flapping-peer', '--peers', '1'], '--peers is 1; allowed is a whole number from 2'],
  [['--seed', 'x'], '--seed is "x"; allowed is a whole number'],
  [['--contenders', 'axios'], 'contender is "axios"; allowed is ours, constant, '],
] as const)('%j ends with 2 and one line that says why', async ([args, problem]) => {
  const { status, stdout, stderr } = await simulate(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(problem);
});

test('a page that cannot be written is said to be so', async () => {
  const { status, stderr } = await simulate(['--contenders', 'ours', '--html', '/nowhere/report.html']);
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^error: the report could not be written: ENOENT/),
  ]);
});

test('on a terminal a bar shows how far it is', async () => {
  const { stream, terminal } = openFakeTerminal(80, 10);
  const seen: string[] = [];
  const host = {
    ...{ argv: ['node', 'sync-worker', 'simulate', ...small], env: {}, cwd: () => '/', pid: 1 },
    stdout: openFakeTerminal(200, 40).stream,
    stderr: Object.assign(stream, {
      write: (text: string) => {
        terminal.write(text.replaceAll('\n', '\r\n'));
        seen.push(terminal.lines().join('\n').trimEnd());
        return true;
      },
    }),
  };
  const process = Object.assign(openFakeTerminal(1, 1).stream, host);
  Object.assign(host.stdout, { write: (_: string, done?: () => void) => done?.() });
  expect(await runHere(process as unknown as Host)).toBe(0);
  expect(seen.some((text) => /^█*░+ +\d+ % {2}infonet-sync-worker$/.test(text))).toBe(true);
  expect(seen.some((text) => /^█+ 100 % {2}undici RetryAgent$/.test(text))).toBe(true);
});

test('the help names every scenario and every contender', async () => {
  const { stdout } = await runProgram(program, ['simulate', '--help']);
  for (const name of [...scenarioNames, ...contenderNames]) expect(stdout).toContain(name);
});
