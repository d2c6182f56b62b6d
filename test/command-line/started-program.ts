import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { onTestFinished } from 'vitest';
import { isRecord } from '../../src/policy/wire-fields.ts';

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of its log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A process of the program, with its log to be read. */
export interface StartedProgram {
  readonly pid: number;
  /** The next line of this event, after the one of it that was asked for last. Rejects if the process ends before. */
  line(event: string): Promise<LogLine>;
  /** The first line it writes, whatever it is. */
  readonly firstLine: Promise<string>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** For Node itself, before the program. */
  readonly nodeArgs?: readonly string[];
  /** What starts Node, and its first arguments. @default Node itself */
  readonly command?: readonly [string, ...string[]];
  readonly uid?: number;
  /** Where standard output goes, as a file descriptor; there are no lines then. @default a pipe, which is read */
  readonly stdout?: number;
  /** What becomes of the pipe of standard error. @default it is read */
  readonly stderr?: 'read' | 'closed';
}

/** Starts the built program as a user does. It is ended with the test, if it did not end before. */
export function startProgram(
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): StartedProgram {
  const { env = {}, cwd, nodeArgs = [], uid, stdout: out = 'pipe', stderr: err = 'read' } = options;
  const [command, ...before] = options.command ?? [process.execPath];
  const child: ChildProcess = spawn(command, [...before, ...nodeArgs, program, ...args], {
    stdio: ['ignore', out, 'pipe'],
    env: { PATH: process.env['PATH'], TZ: process.env['TZ'], ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    cwd,
  });
  if (err === 'closed') child.stderr?.destroy();
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of [...waiting]) look();
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    changed();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let hasEnded = false;
  const ended = once(child, 'close').then(([status, signal]): Ended => {
    hasEnded = true;
    changed();
    return { status, signal, stdout, stderr };
  });

  const given = new Map<string, number>();
  const next = (event: string): LogLine | undefined => {
    const whole = stdout.split('\n').slice(0, -1);
    const lines = whole.map((line): unknown => JSON.parse(line)).filter(isRecord);
    const index = given.get(event) ?? 0;
    const line = lines.filter((one) => one['event'] === event)[index];
    if (line !== undefined) given.set(event, index + 1);
    return line;
  };
  return {
    pid: child.pid ?? 0,
    line: (event) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = next(event);
          if (line === undefined && !hasEnded) return;
          waiting.delete(look);
          if (line === undefined) reject(new Error(`It ended without ${event}: ${stdout}${stderr}`));
          else resolve(line);
        };
        waiting.add(look);
        look();
      }),
    firstLine: firstOf(child),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

async function firstOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const [chunk] of child.stdout === null ? [] : on(child.stdout, 'data', { close: ['end'] })) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text.slice(0, text.indexOf('\n'));
}

/** Runs a command to its end. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  return startProgram(program, args, options).ended;
}
