import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { whereaboutsOf } from '../../src/storage/disk/process-identity.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';

const program = await buildCommandLine();

interface Terminal {
  readonly child: ChildProcess;
  /** Resolves once it shows this, or more than that. */
  shows(what: RegExp): Promise<void>;
  seen(): string;
}

interface TerminalOptions {
  readonly size?: readonly [columns: number, rows: number];
  readonly env?: Readonly<Record<string, string>>;
}

/** A command on a terminal of its own, made by `script` of util-linux. */
function onTerminal(args: readonly string[], { size = [80, 24], env = {} }: TerminalOptions = {}): Terminal {
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  const [columns, rows] = size;
  const child = spawn('script', ['-qefc', `stty cols ${columns} rows ${rows}; exec ${words}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  const looks = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const look of [...looks]) look();
  });
  return {
    child,
    seen: () => text,
    shows: (what) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!what.test(text)) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
  };
}

const hasScript = spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript)('on a terminal', () => {
  test('run shows a live view, and Ctrl-C ends it with 0', async () => {
    const { path } = await tempFolder();
    const { child, shows } = onTerminal(['run', '--data', path]);
    await shows(/reached through .*control\.sock/);
    await shows(/solo.* · .*next run in/);
    child.stdin?.write('\u0003');
    await shows(/SIGINT: stops; a second signal ends it at once/);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('of no size the view is drawn as for a usual one', async () => {
    const { path } = await tempFolder();
    const { child, shows } = onTerminal(['run', '--data', path], { size: [0, 0] });
    await shows(/solo.* · .*next run in/);
    child.stdin?.write('\u0003');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('of a CI, which keeps every byte, lines are written and nothing is redrawn', async () => {
    const { path } = await tempFolder();
    const { child, shows, seen } = onTerminal(['run', '--data', path], { env: { CI: 'true' } });
    await shows(/\{"level":"info",.*"event":"node\.control",/);
    child.stdin?.write('\u0003');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(seen()).not.toContain('\u001b[');
  });

  test('--log json writes lines there too', async () => {
    const { path } = await tempFolder();
    const { child, shows } = onTerminal(['run', '--data', path, '--log', 'json']);
    await shows(/\{"level":"info",.*"event":"node\.control",/);
    child.stdin?.write('\u0003');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test.for(['auto', 'json'])('with --log %s closing the terminal ends the node, in order', async (log) => {
    const { path } = await tempFolder();
    const lock = join(path, 'sync.lock');
    const { child, shows } = onTerminal(['run', '--data', path, '--log', log]);
    await shows(/control\.sock/);
    const holder = JSON.parse(await readFile(lock, 'utf8'));
    child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await whereaboutsOf(holder)).toBe('ended'), { timeout: 60_000 });
    // Given back, and not left behind as by a crash.
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });
});
