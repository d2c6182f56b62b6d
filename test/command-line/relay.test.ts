/** The relay in `src/infonet/README.md`: its unit, its compose file and its torrc. */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram } from './started-program.ts';

const program = await buildCommandLine();
const readme = await readFile(new URL('../../src/infonet/README.md', import.meta.url), 'utf8');

/** What a pattern captures in the README, where it matches once. */
function captured(pattern: RegExp): string {
  const [found, ...others] = [...readme.matchAll(pattern)];
  if (found === undefined || others.length > 0) throw new Error(`${pattern} does not match exactly once`);
  return found[1] ?? '';
}

test.for([
  {
    file: 'the unit',
    command: /^ExecStart=\/usr\/bin\/env sync-worker (.+)$/gm,
    settings: { data: '/var/lib/sync-worker', serve: '127.0.0.1:8000', http: 9464 },
  },
  {
    file: 'the compose file',
    command: /^ {4}command: sync-worker (.+)$/gm,
    settings: { data: '/data', serve: '0.0.0.0:8000', http: false },
  },
])('$file of the relay starts a node that serves', async ({ command, settings }) => {
  const args = captured(command).replace('http://ADDRESS.onion', 'http://127.0.0.1:1').split(' ');
  const { status, stdout } = await runProgram(program, [...args, '--print-config']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout.replaceAll(/ {2,}\/\/.*$/gm, ''))).toMatchObject({
    ...settings,
    servePrivate: 8001,
    peers: ['http://127.0.0.1:1'],
  });
});

function hasTor(): boolean {
  try {
    execFileSync('tor', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('SKIPPED: the torrc of the relay; there is no tor: apt-get install tor\n');
    return false;
  }
}

test.skipIf(!hasTor())('tor accepts the torrc of the relay', async () => {
  const { path } = await tempFolder();
  const torrc = captured(/```\n(SocksPort [\s\S]*?)```/g);
  expect(torrc).toContain('HiddenServicePort 80 127.0.0.1:8001\n');
  await writeFile(join(path, 'torrc'), torrc.replace('/var/lib/tor/sync-worker', join(path, 'service')));
  const args = ['--verify-config', '-f', join(path, 'torrc'), '--DataDirectory', join(path, 'data')];
  expect(execFileSync('tor', args, { encoding: 'utf8' })).toContain('Configuration was valid');
});
