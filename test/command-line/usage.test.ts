import { EventEmitter } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Host } from '../../src/command-line/host.ts';
import { createProgram, runProgram as runHere } from '../../src/command-line/program.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram } from './started-program.ts';

const program = await buildCommandLine();

interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host that keeps what is printed; for commands that end before they do anything. */
function printingHost(args: readonly string[]): {
  readonly host: Host;
  readonly printed: { out: string; err: string };
} {
  const printed = { out: '', err: '' };
  const stream = (key: 'out' | 'err'): unknown =>
    Object.assign(new EventEmitter(), {
      write: (text: string, done?: () => void) => {
        printed[key] += text;
        done?.();
        return true;
      },
    });
  const given = { argv: ['node', 'sync-worker', ...args], env: {}, cwd: () => '/', pid: 1 };
  const host = Object.assign(new EventEmitter(), given, {
    stdout: stream('out'),
    stderr: stream('err'),
    // A node that could not start says goodbye a moment later.
    exit: () => undefined,
  });
  return { host: host as unknown as Host, printed };
}

async function here(...args: string[]): Promise<Printed> {
  const { host, printed } = printingHost(args);
  const status = await runHere(host);
  return { status, stdout: printed.out, stderr: printed.err };
}

/** The words that name each command. */
function commandsOf(command: Command, above: readonly string[] = []): readonly (readonly string[])[] {
  return command.commands.flatMap((one) => [
    [...above, one.name()],
    ...commandsOf(one, [...above, one.name()]),
  ]);
}

const commands = commandsOf(createProgram(printingHost([]).host)).map((words) => words.join(' '));

test('there are the commands of the README, and no others', () => {
  expect(commands).toEqual([
    'run',
    'status',
    'why',
    'sync-now',
    'peers',
    'peers list',
    'peers add',
    'peers remove',
    'peers enable',
    'peers disable',
    'peers reset',
    'peer',
    'chain',
    'chain verify',
    'chain repair',
    'chain gates',
    'messages',
    'messages poll',
    'messages claim',
    'messages gate',
    'check',
    'chart',
    'record',
    'replay',
    'simulate',
    'fleet',
    'fleet work',
    'fleet add',
    'fleet why',
    'fleet peer',
    'fleet status',
    'fleet inspect',
    'fleet doctor',
    'fleet import',
    'demo',
  ]);
});

test.for(['', ...commands])(
  'the help of "%s" has an example that names it, and ends with 0',
  async (name) => {
    const words = name.split(' ').filter(Boolean);
    const { status, stdout, stderr } = await here(...words, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/\nExamples?:\n {2}sync-worker /);
    expect(stdout).toContain(`\n  ${['sync-worker', ...words].join(' ')}`);
  },
);

test.for(commands)('an unknown flag of "%s" is refused with 2', async (name) => {
  const words = name.split(' ');
  const { status, stdout, stderr } = await here(...words, '--dat', 'x');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^error: unknown option '--dat'\n/);
  expect(stderr).toMatch(/\(add --help to see what is allowed\)\n$/);
});

test.for([
  [['runn'], "unknown command 'runn'", 'run'],
  [['sync_now'], "unknown command 'sync_now'", 'sync-now'],
  [['peers', 'lst'], "unknown command 'lst'", 'list'],
  [['run', '--page-limt', '5'], "unknown option '--page-limt'", '--page-limit'],
  [['status', '--jsn'], "unknown option '--jsn'", '--json'],
  [['check', '--pear', 'http://a.example'], "unknown option '--pear'", '--peer'],
  [['sync-now', '--forced'], "unknown option '--forced'", '--force'],
] as const)('%j is refused with a suggestion', async ([args, problem, meant]) => {
  const { status, stderr } = await here(...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(new RegExp(`^error: ${problem}\n\\(Did you mean (one of )?.*${meant}.*\\?\\)\n`));
});

test.for([
  [['status', 'extra'], 'too many arguments'],
  [['peers', 'add'], "missing required argument 'URL'"],
  [['check'], "required option '--peer <URL>' not specified"],
  [['run', '--data'], "option '--data <DIR>' argument missing"],
  [['run', '--page-limit', '501'], '--page-limit is 501; allowed is a whole number from 1 to 500'],
  [['run', '--jitter-ratio', '1e3'], '--jitter-ratio is "1e3"; allowed is a finite number of at least 0'],
  [['run', '--log', 'prety'], '--log is "prety"; allowed is auto, pretty, json'],
  [['run', '--http', '65536'], '--http is 65536; allowed is a port from 0 (any that is free) to 65535'],
  [['run', '--allow-clearnet=yes'], '--allow-clearnet is "yes"; allowed is true or false'],
  [['run', '--socks-proxy', 'localhost'], '--socks-proxy is "localhost"; allowed is host:port'],
  [['run', '--ca', '/dev/null'], 'ca is /dev/null, which cannot be used'],
  [
    ['run', '--peer', 'ftp://a.example'],
    '--peer is "ftp://a.example"; allowed is a URL with http: or https:',
  ],
  [['peers', 'add', 'a.example'], 'the URL is "a.example"; allowed is an absolute URL'],
  [['peer', '--port', 'x'], '--port is "x"; allowed is a whole number from 0 to 65535'],
  [['fleet', 'work'], "required option '--module <FILE>' not specified"],
  [['fleet', 'work', '--module', '/nowhere.mjs'], 'the module /nowhere.mjs cannot be loaded'],
  [['fleet', 'work', '--concurrency', '0'], '--concurrency is "0"; allowed is a whole number from 1'],
  [['fleet', 'add'], 'name one worker by its ID, or many by --file'],
  [['fleet', 'peer', 'a.example'], 'the URL is "a.example"; allowed is an absolute URL'],
  [['fleet', 'status', '--name', 'a b'], 'name is "a b"; allowed are 1 to 64 letters'],
  [['demo', '--seconds', '0'], '--seconds is "0"; allowed is a number above 0'],
  [['run', '--config', '/nowhere.json'], 'the config file /nowhere.json cannot be read'],
] as const)('%j ends with 2 and one line that says why', async ([args, problem]) => {
  const { status, stdout, stderr } = await here(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n(\(add --help to see what is allowed\)\n)?$/);
  expect(stderr).toContain(problem);
});

test('a password in a URL or an address is not shown', async () => {
  for (const args of [
    ['run', '--peer', 'http://user:secret@a.example'],
    ['peers', 'add', 'http://user:secret@a.example'],
    ['run', '--socks-proxy', 'user:secret@127.0.0.1:9050'],
  ]) {
    const { status, stderr } = await here(...args);
    expect(status).toBe(2);
    expect(stderr).not.toContain('secret');
  }
});

test('the built program says so too: nothing to do, a wrong flag, a version, settings and where they come from', async () => {
  const { path } = await tempFolder();
  expect(await runProgram(program, [])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('Usage: sync-worker'),
  });
  expect(await runProgram(program, ['run', '--intervall-seconds', '5'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('(Did you mean --interval-seconds?)'),
  });
  expect((await runProgram(program, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  await writeFile(join(path, 'node.json'), '{"data": "here", "pageLimit": 50, "maxPages": 6}');
  const printed = await runProgram(
    program,
    ['run', '--config', 'node.json', '--max-pages', '7', '--print-config'],
    {
      cwd: path,
      env: { SYNC_WORKER_MAX_PAGES: '8', SYNC_WORKER_LOG: 'json', SYNC_WORKER_MAXPAGES: '9' },
    },
  );
  expect(printed.status).toBe(0);
  expect(printed.stderr).toBe(
    'warning: SYNC_WORKER_MAXPAGES in the environment is no setting, and not used; did you mean SYNC_WORKER_MAX_PAGES?\n',
  );
  const lines = printed.stdout.split('\n').map((line) => line.replace(/ +\/\//, ' //').trim());
  expect(lines).toEqual(
    expect.arrayContaining([
      `"data": "${path}/here", // ${path}/node.json`,
      `"pageLimit": 50, // ${path}/node.json`,
      '"maxPages": 7, // --max-pages',
      '"log": "json", // SYNC_WORKER_LOG',
      '"intervalSeconds": 300, // default',
    ]),
  );
});
