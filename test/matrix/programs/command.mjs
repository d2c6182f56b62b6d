/**
 * The command, by the runtime that is named in the arguments: a node that is asked, made to sync, and stopped. Prints
 * `command: ok`. Run by any Node, in the project that the package was installed into.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventAuthor, createInfonetPeer, createMemoryChain } from 'infonet-sync-worker/infonet';

const [runtime, ...before] = process.argv.slice(2);
const program = join('node_modules', 'infonet-sync-worker', 'dist', 'sync-worker.js');

function start(...args) {
  const child = spawn(runtime, [...before, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  const ended = once(child, 'close').then(([status, signal]) => ({ status, signal, ...output }));
  const until = async (text) => {
    while (!output.stdout.includes(text)) {
      const over = await Promise.race([once(child.stdout, 'data').then(() => undefined), ended]);
      if (over !== undefined) throw new Error(`it ended without ${text}: ${JSON.stringify(over)}`);
    }
  };
  return { child, ended, until };
}

const chain = createMemoryChain();
const author = createEventAuthor();
await chain.ingest([
  author.write({ head: '', sequence: 1, timestamp: 1_700_000_001, payload: { message: 'm' } }),
]);
const peer = await createInfonetPeer({ chain });
const folder = await mkdtemp(join(tmpdir(), 'command-'));
const data = ['--data', folder];

const node = start('run', '--peer', peer.url, '--http', '0', '--log', 'json', ...data);
await node.until('"event":"run.finished"');
await node.until('control.sock');
const status = await start('status', '--json', ...data).ended;
assert.equal(status.status, 0, JSON.stringify(status));
assert.equal(JSON.parse(status.stdout).state.current_head, chain.head());
assert.equal(JSON.parse(status.stdout).running, true);
const synced = await start('sync-now', '--wait', '--force', ...data).ended;
assert.equal(synced.status, 0, JSON.stringify(synced));
assert.match(synced.stdout, /The run ended well/);
node.child.kill('SIGTERM');
const end = await node.ended;
assert.equal(end.status, 0, JSON.stringify(end));
assert.match(end.stdout, /"event":"node\.stopped"/);
assert.match((await start('chain', 'verify', ...data).ended).stdout, /^1 event .*verified/);
const simulated = await start('simulate', '--hours', '1', '--workers', '10', '--contenders', 'undici').ended;
assert.equal(simulated.status, 0, JSON.stringify(simulated));
await peer.close();
await rm(folder, { recursive: true });
console.log('command: ok');
