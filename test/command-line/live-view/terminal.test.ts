import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProgram } from '../../support/build-program.ts';
import { emulateTerminal } from './terminal-emulator.ts';

const folder = await mkdtemp(join(tmpdir(), 'live-view-'));
let program = '';

beforeAll(async () => {
  program = await buildProgram('test/command-line/live-view/view-program.ts', [/^[^./\0]/]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The program on a terminal of its own, made by `script` of util-linux. */
function onTerminal(
  columns: number,
  rows: number,
  ...given: string[]
): { child: ChildProcess; text(): string } {
  const command = [process.execPath, program, ...given].map((word) => `'${word}'`).join(' ');
  const child = spawn(
    'script',
    ['-qefc', `stty cols ${columns} rows ${rows}; exec ${command}`, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color' },
    },
  );
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { child, text: () => text };
}

test.each([
  [120, 40],
  [60, 20],
  [24, 30],
  [40, 5],
])(
  'on a terminal of %i columns and %i rows a worker is shown, and its last view is left there',
  async (columns, rows) => {
    const { child, text } = onTerminal(columns, rows, 'stop');
    expect(await once(child, 'close')).toEqual([0, null]);
    const terminal = emulateTerminal(columns, rows);
    terminal.write(text());
    const [first, second, ...more] = terminal.lines();
    expect(first).toBe('a line that stays');
    expect(second).toMatch(/^● ok/);
    expect(more.join('\n')).not.toMatch(/●|a line that stays/);
    expect(more.join('\n')).toContain('Chain 60 events');
    expect([terminal.unknown, terminal.overflows]).toEqual([[], 0]);
    expect([terminal.isCursorShown, terminal.wraps]).toEqual([true, true]);
    expect(text()).toContain('\u001b[32m● ok\u001b[39m');
  },
);

test('a terminal that becomes smaller is followed at once', async () => {
  const { child, text } = onTerminal(80, 24, 'resize');
  expect(await once(child, 'close')).toEqual([0, null]);
  const isWide = (drawing: string): boolean => drawing.split('\n').some((line) => stringWidth(line) > 34);
  const drawings = text().split('\u001b[J');
  const narrow = drawings.slice(drawings.findLastIndex(isWide) + 1);
  const terminal = emulateTerminal(34, 12);
  terminal.write(narrow.join('\u001b[J'));
  expect(terminal.lines().filter((line) => line.startsWith('● ok'))).toHaveLength(1);
  expect(terminal.lines().join('\n')).toContain('Runs ✓o ✓o ✓o ✓o');
  expect(terminal.overflows).toBe(0);
});

test('a terminal that is closed harms nobody: the worker goes on', async () => {
  const alive = join(folder, 'alive');
  const watcher = watch(folder);
  const { child, text } = onTerminal(80, 24, 'survive', alive);
  while (!text().includes('READY')) await once(child.stdout ?? child, 'data');
  child.kill('SIGKILL');
  while (!existsSync(alive) || (await readFile(alive, 'utf8')) === '') await once(watcher, 'change');
  watcher.close();
  expect(await readFile(alive, 'utf8')).toBe('EIO');
});
