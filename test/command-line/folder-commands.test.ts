import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSyncWorker } from '../../src/index.ts';
import {
  createEventAuthor,
  createInfonetSync,
  createMemoryChain,
  openDiskChain,
} from '../../src/infonet/index.ts';
import { gatePayload } from '../infonet/payloads.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram, startProgram } from './started-program.ts';
import { answeringPeer, overloadedPeer, servingPeer } from './test-peers.ts';

const program = await buildCommandLine();

/** Every file below a folder, with its bytes and the time of its last change. */
async function everything(folder: string): Promise<readonly (readonly [string, number, string])[]> {
  const names = (await readdir(folder, { recursive: true })).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { mtimeMs, isDirectory } = await stat(path).then((found) => ({
        mtimeMs: found.mtimeMs,
        isDirectory: found.isDirectory(),
      }));
      return [name, mtimeMs, isDirectory ? '' : await readFile(path, 'base64')] as const;
    }),
  );
}

/** A folder that a worker has synced into, and left. */
async function leftFolder(): Promise<{ readonly path: string; readonly url: string; readonly head: string }> {
  const { path } = await tempFolder();
  const { url, chain } = await servingPeer(120);
  const node = startProgram(program, ['run', '--peer', url, '--data', path]);
  await node.line('run.finished');
  node.signal('SIGTERM');
  await node.ended;
  return { path, url, head: chain.head() };
}

test('status, why and peers list read the files of a folder without a worker, and change nothing in it', async () => {
  const { path, url, head } = await leftFolder();
  const before = await everything(path);
  const args = ['--data', path];
  const json = await runProgram(program, ['status', '--json', ...args]);
  expect(json).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    running: false,
    pid: null,
    state: { last_outcome: 'ok', current_head: head, last_peer_url: url, consecutive_failures: 0 },
    peers: [{ peer_url: url, failure_count: 0 }],
    chain: { head, count: 120 },
    why: { state: 'ok', rule: 'interval' },
  });
  const text = await runProgram(program, ['status', ...args]);
  expect(text).toMatchObject({ status: 0, stderr: '' });
  expect(text.stdout).toMatch(/^worker +not running; this is what its files say\nstate +ok\n/);
  expect(text.stdout).toMatch(/\nchain +120 events\n/);
  expect(text.stdout).toContain(`\n${url}  may be asked  now`);
  const why = await runProgram(program, ['why', ...args]);
  expect(why).toMatchObject({ status: 0, stderr: '' });
  expect(why.stdout).toMatch(/^The worker is not running; .*\nThe last run ended well at .*\n$/);
  const list = await runProgram(program, ['peers', 'list', '--json', ...args]);
  expect(JSON.parse(list.stdout)).toMatchObject([{ peer_url: url }]);
  expect(await everything(path)).toEqual(before);
});

test('why without a worker goes by the policy that is configured', async () => {
  const { path } = await tempFolder();
  await writeFile(
    join(path, 'sync-state.json'),
    '{"last_outcome":"running","last_sync_started_at":1700000000}',
  );
  const env = { SYNC_WORKER_STUCK_AFTER_SECONDS: '1000', SYNC_WORKER_DATA: path };
  const { stdout } = await runProgram(program, ['why'], { env });
  expect(stdout).toContain('The run that began at 2023-11-14 22:13:20 has no attempt under way.');
  expect(stdout).toContain('The next run is due now.');
});

test('status, why and sync-now reach a running worker, and say what it does and when', async () => {
  const { path } = await tempFolder();
  const busy = await overloadedPeer('600');
  const node = startProgram(program, ['run', '--peer', busy.url, '--data', path]);
  await node.line('run.finished');
  await node.line('node.control');
  const args = ['--data', path];
  const status = await runProgram(program, ['status', ...args]);
  expect(status).toMatchObject({ status: 0, stderr: '' });
  expect(status.stdout).toMatch(new RegExp(`^worker +running, process ${node.pid}\nstate +error\n`));
  const why = await runProgram(program, ['why', ...args]);
  expect(why.stdout).toMatch(/^The last run ended in error .*when the Retry-After of .* is over.*\n$/);
  const forced = await runProgram(program, ['sync-now', '--force', ...args]);
  expect(forced).toMatchObject({ status: 0, stderr: '' });
  expect(forced.stdout).toMatch(
    /^Asked for\. The last run .* The next run is due at .*; it was requested\. Not asked now: .*Retry-After.*\n$/,
  );
  expect(busy.asked()).toBe(1);
});

test('sync-now --wait ends with the run: with its head and 0, or with its error and 1', async () => {
  const { path } = await tempFolder();
  const { url, chain, grow } = await servingPeer(3);
  const node = startProgram(program, ['run', '--peer', url, '--data', path]);
  await node.line('run.finished');
  await node.line('node.control');
  await grow(5);
  const args = ['sync-now', '--wait', '--data', path];
  const well = await runProgram(program, args);
  expect(well).toMatchObject({ status: 0, stderr: '' });
  expect(well.stdout).toMatch(new RegExp(`(^|\\n)The run ended well; the head is ${chain.head()}\\.\n$`));
  const broken = await answeringPeer((_, response) => response.writeHead(500).end());
  await runProgram(program, ['peers', 'remove', url, '--data', path]);
  await runProgram(program, ['peers', 'add', broken.url, '--label', 'the broken one', '--data', path]);
  const badly = await runProgram(program, [...args, '--force']);
  expect(badly.status).toBe(1);
  expect(badly.stderr).toMatch(new RegExp(`^error: the run ended in error, at ${broken.url}: HTTP 500.*\n$`));
  const list = await runProgram(program, ['peers', 'list', '--data', path]);
  expect(list.stdout).toMatch(/^peer .* label +last error\n.* the broken one {2}HTTP 500/);
  node.signal('SIGTERM');
  expect(await node.line('node.stopped')).toMatchObject({ msg: 'stopped' });
  expect((await node.ended).status).toBe(0);
});

test('peers are changed beside a running worker, which asks a new one; and reset passes a Retry-After by force alone', async () => {
  const { path } = await tempFolder();
  const busy = await overloadedPeer('600');
  const node = startProgram(program, ['run', '--data', path]);
  await node.line('run.finished');
  await node.line('node.control');
  const peers = (...args: string[]): ReturnType<typeof runProgram> =>
    runProgram(program, ['peers', ...args, '--data', path]);
  expect(await peers('add', `${busy.url}/`, '--label', 'the busy one')).toMatchObject({
    status: 0,
    stdout: `${busy.url} added\n`,
  });
  expect(await node.line('run.finished')).toMatchObject({ outcome: 'error', peer: busy.url });
  const reset = await peers('reset', busy.url);
  expect(reset.stdout).toMatch(/ reset: .* are forgotten; its Retry-After holds until .* UTC\n$/);
  expect((await peers('reset', busy.url, '--force')).stdout).toMatch(/ are forgotten\n$/);
  const again = await peers('add', busy.url);
  expect(again).toMatchObject({ status: 1, stdout: '', stderr: `error: ${busy.url} is already a peer\n` });
  node.signal('SIGTERM');
  await node.ended;
  const store = JSON.parse(await readFile(join(path, 'peers.json'), 'utf8'));
  expect(store.records).toMatchObject([
    { peer_url: busy.url, label: 'the busy one', failure_count: 0, cooldown_until: 0, metadata: {} },
  ]);
});

test('peers are changed without a worker too, under the lock of the folder', async () => {
  const { path } = await tempFolder();
  const folder = join(path, 'new');
  const url = 'http://127.0.0.1:9';
  const peers = (...args: string[]): ReturnType<typeof runProgram> =>
    runProgram(program, ['peers', ...args, '--data', folder]);
  expect(await peers('add', url)).toMatchObject({ status: 0, stdout: `${url} added\n`, stderr: '' });
  expect(await peers('disable', url)).toMatchObject({ status: 0, stdout: `${url} disabled\n` });
  expect((await peers('list')).stdout).toMatch(new RegExp(`\n${url}  disabled  never`));
  const unknown = await peers('remove', 'http://127.0.0.1:90');
  expect(unknown.status).toBe(1);
  expect(unknown.stderr).toMatch(
    new RegExp(`^error: .* is not a sync peer here[:;] did you mean ${url}\\?\n$`),
  );
  expect(await peers('remove', url)).toMatchObject({ status: 0, stdout: `${url} removed\n` });
  expect((await readdir(folder)).toSorted()).toEqual(['peers.json', 'sync-state.json']);
});

test('sync-now without a worker fails, and says how to start one', async () => {
  const { path } = await tempFolder();
  expect(await runProgram(program, ['sync-now', '--data', path])).toEqual({
    status: 1,
    signal: null,
    stdout: '',
    stderr: `error: no worker runs on ${path}; start one with: sync-worker run --data ${path}\n`,
  });
});

test('a folder that is not there, or holds a file that is not to be read, is told, and left as it is', async () => {
  const { path } = await tempFolder();
  const missing = join(path, 'missing');
  const none = await runProgram(program, ['status', '--data', missing]);
  expect(none).toMatchObject({ status: 3, stdout: '' });
  expect(none.stderr).toContain(`error: the data folder ${missing} is not there; name it with --data`);
  await writeFile(join(path, 'sync-state.json'), '{"last_outc');
  const torn = await runProgram(program, ['status', '--data', path]);
  expect(torn).toMatchObject({ status: 3, stdout: '' });
  expect(torn.stderr).toMatch(/^error: .*sync-state\.json is not to be read: .*\n$/);
  expect(await readdir(path)).toEqual(['sync-state.json']);
});

test('peer serves the chain of a folder to others, and refuses a folder without one', async () => {
  const { path } = await tempFolder();
  const without = await runProgram(program, ['peer', '--data', path]);
  expect(without).toMatchObject({ status: 3, stdout: '' });
  expect(without.stderr).toMatch(/^error: there is no chain in .*; pull one first with: .*\n$/);
  await mkdir(join(path, 'chain'));
  const chain = await openDiskChain(join(path, 'chain'));
  const author = createEventAuthor();
  await chain.ingest([author.write({ head: '', sequence: 1, timestamp: 1_700_000_000, payload: {} })]);
  const head = chain.head();
  await chain.close();

  const peer = startProgram(program, ['peer', '--data', path]);
  const url = await peer.firstLine.then((line) => line.split(' ')[0] ?? '');
  const pulled = createMemoryChain();
  const worker = createSyncWorker({ sync: createInfonetSync({ chain: pulled }), peers: [url] });
  await worker.start();
  await worker.waitFor('ok');
  await worker.stop();
  expect(pulled.head()).toBe(head);
  peer.signal('SIGTERM');
  expect(await peer.ended).toMatchObject({ status: 0, stdout: `${url} serves 1 event; Ctrl-C ends it\n` });
});

test('chain gates shows the gates of a chain beside whoever has it open, and no text', async () => {
  const { path } = await tempFolder();
  const without = await runProgram(program, ['chain', 'gates', '--data', path]);
  expect(without).toMatchObject({ status: 3, stdout: '' });
  expect(without.stderr).toMatch(/^error: there is no chain in .*; pull one first with: .*\n$/);
  await mkdir(join(path, 'chain'));
  const chain = await openDiskChain(join(path, 'chain'));
  const author = createEventAuthor();
  const empty = await runProgram(program, ['chain', 'gates', '--data', path]);
  expect(empty).toMatchObject({ status: 0, stdout: 'No gate has a message on this chain.\n' });
  for (const [at, gate] of ['ops', 'news\u001b[2j', 'ops'].entries()) {
    await author.appendGateMessage(chain, gatePayload({ gate, sender_ref: 'nobody' }), 1_700_000_000 + at);
  }
  const shown = await runProgram(program, ['chain', 'gates', '--data', path]);
  expect(shown).toMatchObject({ status: 0, stderr: '' });
  expect(shown.stdout.split('\n')).toEqual([
    'GATE  MESSAGES  LAST SEEN',
    'ops   2         2023-11-14 22:13:22',
    'news  1         2023-11-14 22:13:21',
    '',
  ]);
  const json = await runProgram(program, ['chain', 'gates', '--data', path, '--json']);
  expect(JSON.parse(json.stdout)[0]).toEqual({ gate: 'ops', messages: 2, lastSeen: 1_700_000_002 });
  await chain.close();
});

test('check tries a peer once and changes nothing, and demo ends by itself', async () => {
  const { path } = await tempFolder();
  const { url } = await servingPeer(2);
  const check = await runProgram(program, ['check', '--peer', url, '--data', path]);
  expect(check).toMatchObject({ status: 0, stderr: '' });
  expect(check.stdout).toContain('2 of 2 events');
  const asJson = await runProgram(program, ['check', '--peer', url, '--data', path, '--json']);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ wouldServe: true, verification: { of: 2 } });
  expect(asJson.stdout).toMatch(/"totalMs":\d+(\.\d)?}\n$/);
  expect(await readdir(path)).toEqual([]);
  const refused = await runProgram(program, ['check', '--peer', 'http://127.0.0.1:9', '--data', path]);
  expect(refused.status).toBe(1);
  const demo = await runProgram(program, ['demo', '--seconds', '0.1']);
  expect(demo).toMatchObject({ status: 0, stderr: '' });
  expect(demo.stdout).toContain('Ended after');
});
