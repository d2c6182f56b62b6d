import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished, test } from 'vitest';

/** The real servers that a fleet is tested on. */
const programs: readonly string[] = ['redis-server', 'valkey-server'];

/** Those that this machine has. */
export const servers: readonly string[] = programs.filter(
  (program) => spawnSync(program, ['--version']).status === 0,
);
for (const program of programs) {
  if (!servers.includes(program)) {
    console.warn(
      `SKIPPED: there is no ${program}; apt-get install ${program} (Debian has Valkey from 13 on)`,
    );
  }
}

/**
 * A test on each of the servers, which `useRedis` is to start; skipped, and reported so, on one that is not there.
 *
 * @param isPossible false where something else that it needs is not there
 */
export function serverTest(name: string, act: (program: string) => Promise<void>, isPossible = true): void {
  for (const program of programs) {
    test.skipIf(!isPossible || !servers.includes(program))(`${program}: ${name}`, () => act(program));
  }
}

export interface RedisServer {
  /** The path of its socket. */
  readonly socket: string;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** A server on a socket in a folder of its own, that writes each command to its file before it answers. */
export async function startRedis(
  program: string = servers[0] ?? 'redis-server',
  settings: readonly string[] = [],
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-redis-'));
  const socket = join(folder, 'redis.sock');
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const own = spawn(
      program,
      [
        ...['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--loglevel', 'warning'],
        ...settings,
      ],
      { stdio: 'ignore' },
    );
    child = own;
    // It makes its socket before it has loaded its file; PING tells when it serves.
    while (!(await answers(socket))) {
      if (own.exitCode !== null) throw new Error(`${program} ended with ${own.exitCode}`);
      await setTimeout(10);
    }
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return { socket, start, kill, signal: (signal) => void child?.kill(signal) };
}

/** The same, gone after the test. */
export async function useRedis(program?: string, settings?: readonly string[]): Promise<RedisServer> {
  const server = await startRedis(program, settings);
  onTestFinished(async () => {
    await server.kill();
    await rm(join(server.socket, '..'), { recursive: true, force: true });
  });
  return server;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (is: boolean): void => {
      connection.destroy();
      resolve(is);
    };
    connection.on('error', () => end(false));
    connection.on('close', () => resolve(false));
    connection.on('data', (data) => end(data.toString().startsWith('+PONG')));
    connection.write('PING\r\n');
  });
}
