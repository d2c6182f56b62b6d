import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { connectControl } from '../../src/control/control-client.ts';
import { createInfonetSync, createMemoryChain, openDiskChain } from '../../src/infonet/index.ts';
import { runOnce } from '../infonet/one-run.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram, startProgram } from './started-program.ts';
import { answeringPeer, overloadedPeer, servingPeer } from './test-peers.ts';

const program = await buildCommandLine();

/** Resolves once the state on disk has this in it; the peers are saved before it. */
async function saved(folder: string, what: string): Promise<void> {
  const state = (): Promise<string> => readFile(join(folder, 'sync-state.json'), 'utf8');
  await vi.waitFor(async () => expect(await state()).toContain(what), { timeout: 60_000 });
}

test('run pulls a chain into the folder, tells it as JSON lines, and ends with 0 on SIGTERM', async () => {
  const { path } = await tempFolder();
  const { url, chain } = await servingPeer(230);
  const node = startProgram(program, ['run', '--peer', url, '--data', path]);
  expect(await node.line('node.started')).toMatchObject({
    level: 'info',
    pid: node.pid,
    data: path,
    peers: 1,
  });
  expect(await node.line('run.finished')).toMatchObject({ outcome: 'ok', head: chain.head() });
  node.signal('SIGTERM');
  expect(await node.ended).toMatchObject({ status: 0, signal: null, stderr: '' });
  const kept = await openDiskChain(join(path, 'chain'));
  expect([kept.count(), kept.head()]).toEqual([230, chain.head()]);
  await kept.close();
  const state = JSON.parse(await readFile(join(path, 'sync-state.json'), 'utf8'));
  expect(state).toMatchObject({ last_outcome: 'ok', current_head: chain.head() });
});

test('a signal aborts the attempt under way: the node does not wait for a peer that does not answer', async () => {
  const { path } = await tempFolder();
  let ask: () => void = () => undefined;
  const wasAsked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const silent = await answeringPeer(() => ask());
  const node = startProgram(program, [
    ...['run', '--peer', silent.url, '--data', path, '--request-timeout-ms', '600000'],
  ]);
  await wasAsked;
  node.signal('SIGINT');
  expect(await node.ended).toMatchObject({ status: 0, signal: null });
  await expect(stat(join(path, 'control.sock'))).rejects.toThrow('ENOENT');
  await expect(stat(join(path, 'sync.lock'))).rejects.toThrow('ENOENT');
});

test('the control socket is for this user alone, and a second worker on the folder is told whose it is', async () => {
  const { path } = await tempFolder();
  const node = startProgram(program, ['run', '--data', path]);
  await node.line('node.control');
  expect((await stat(join(path, 'control.sock'))).mode & 0o777).toBe(0o600);
  const second = await runProgram(program, ['run', '--data', path]);
  expect(second).toMatchObject({ status: 3, stdout: '' });
  expect(second.stderr).toMatch(
    new RegExp(`^error: .*sync\\.lock is held by the worker of process ${node.pid}; .*\n$`),
  );
  const peer = await runProgram(program, ['peer', '--data', path]);
  expect(peer).toMatchObject({ status: 3, stdout: '' });
  expect(peer.stderr).toMatch(/^error: .*another process has it open.*\n$/);
});

test('a worker that was killed keeps nobody out, and its wait is kept', async () => {
  const { path } = await tempFolder();
  const busy = await overloadedPeer('600');
  const first = startProgram(program, ['run', '--peer', busy.url, '--data', path]);
  await first.line('run.finished');
  await first.line('node.control');
  await (await connectControl(path))?.requestSync({ force: true });
  // An answer that is not saved yet is lost with the process.
  await saved(path, '"error"');
  first.signal('SIGKILL');
  await first.ended;
  const second = startProgram(program, ['run', '--data', path]);
  expect(await second.line('node.started')).toMatchObject({ peers: 1 });
  await second.line('node.control');
  const status = await (await connectControl(path))?.status();
  expect(status?.why).toMatchObject({ state: 'error', rule: 'retry-after', peerUrl: busy.url });
  expect(busy.asked()).toBe(1);
});

test('with no peer the node is solo and says how to add one', async () => {
  const { path } = await tempFolder();
  const node = startProgram(program, ['run', '--data', path]);
  expect(await node.line('node.no-peers')).toMatchObject({
    level: 'warn',
    msg: `there is no peer to sync from; add one: sync-worker peers add URL --data ${path}`,
  });
  expect(await node.line('run.finished')).toMatchObject({ outcome: 'solo' });
});

test('a peer on a network that is not allowed is told, and what would allow it', async () => {
  const { path } = await tempFolder();
  const node = startProgram(program, ['run', '--peer', 'https://peer.example', '--data', path]);
  expect(await node.line('node.peer-excluded')).toMatchObject({
    peer: 'https://peer.example',
    msg: expect.stringContaining('clearnet is not allowed'),
  });
});

test('what is configured is added to what is stored: a removed peer comes back with its Retry-After', async () => {
  const { path } = await tempFolder();
  const busy = await overloadedPeer('600');
  const { url } = await servingPeer(1);
  const first = startProgram(program, ['run', '--peer', busy.url, '--data', path]);
  await first.line('run.finished');
  await first.line('node.control');
  const control = await connectControl(path);
  await control?.changePeers({ kind: 'remove', peerUrl: busy.url });
  await control?.changePeers({ kind: 'add', peerUrl: url, label: 'added beside it' });
  first.signal('SIGTERM');
  await first.ended;
  const second = startProgram(program, ['run', '--peer', busy.url, '--data', path]);
  await second.line('node.control');
  const status = await (await connectControl(path))?.status();
  expect(status?.why.peers.map(({ peerUrl, rule }) => [peerUrl, rule]).toSorted()).toEqual(
    [
      [busy.url, 'retry-after'],
      [url, 'may be asked'],
    ].toSorted(),
  );
  expect(busy.asked()).toBe(1);
});

test('SIGHUP rereads the config and the peers, drops no wait, and keeps the old ones if the config is broken', async () => {
  const { path } = await tempFolder();
  const config = join(path, 'config.json');
  const busy = await overloadedPeer('600');
  const { url } = await servingPeer(3);
  const write = (value: unknown): Promise<void> => writeFile(config, JSON.stringify(value));
  await write({ data: 'node', peers: [busy.url], failureBackoffSeconds: 10 });
  const node = startProgram(program, ['run', '--config', config]);
  await node.line('run.finished');
  await node.line('node.control');
  const control = await connectControl(join(path, 'node'));
  const due = (await control?.status())?.state.next_sync_due_at;

  // Another program writes the peer store, as it may while the worker does not.
  await saved(join(path, 'node'), '"error"');
  const peersFile = join(path, 'node/peers.json');
  const store = JSON.parse(await readFile(peersFile, 'utf8'));
  const [record] = store.records;
  const fresh = { ...record, peer_url: url, cooldown_until: 0, metadata: {} };
  await writeFile(peersFile, JSON.stringify({ ...store, records: [record, fresh] }));
  node.signal('SIGHUP');
  expect(await node.line('node.reloaded')).toMatchObject({ peers: 2 });

  await write({ data: 'node', peers: [busy.url], failureBackoffSeconds: 'ten' });
  node.signal('SIGHUP');
  expect(await node.line('node.reload-failed')).toMatchObject({
    level: 'error',
    msg: expect.stringContaining(
      `${config}: failureBackoffSeconds is "ten"; allowed is a finite number of at least 0`,
    ),
  });

  await write({ data: 'node', peers: [busy.url], intervalSeconds: 77, http: 0 });
  node.signal('SIGHUP');
  expect(await node.line('node.reloaded')).toMatchObject({
    changed: ['intervalSeconds', 'failureBackoffSeconds', 'http'],
  });
  expect(await node.line('policy.changed')).toMatchObject({ policy: { failureBackoffSeconds: 10 } });
  expect(await node.line('policy.changed')).toMatchObject({ policy: { intervalSeconds: 77 } });
  expect(await node.line('node.note')).toMatchObject({ msg: 'http: in force after a restart' });
  expect((await control?.status())?.state.next_sync_due_at).toBe(due);

  await control?.requestSync({ force: false });
  expect(await node.line('run.finished')).toMatchObject({ outcome: 'ok', peer: url });
  expect(busy.asked()).toBe(1);
  node.signal('SIGTERM');
  expect((await node.ended).status).toBe(0);
});

test('SIGHUP puts another transport in force', async () => {
  const { path } = await tempFolder();
  const config = join(path, 'config.json');
  await writeFile(config, JSON.stringify({ data: 'node', peers: ['http://peer.invalid.example.'] }));
  const node = startProgram(program, ['run', '--config', config]);
  expect(await node.line('run.finished')).toMatchObject({ outcome: 'solo' });
  await writeFile(config, JSON.stringify({ data: 'node', allowClearnet: true, socksProxy: '127.0.0.1:1' }));
  node.signal('SIGHUP');
  expect(await node.line('node.reloaded')).toMatchObject({
    changed: ['peers', 'allowClearnet', 'socksProxy'],
  });
  const status = await (await connectControl(join(path, 'node')))?.status();
  // It was refused as clearnet before; now it is refused as plain http over the internet.
  expect(status?.why.peers).toMatchObject([
    { rule: 'excluded', detail: expect.stringContaining('plain http') },
  ]);
});

test('a fault that nobody caught is told, the node stops in order, and ends with 1', async () => {
  const { path } = await tempFolder();
  const fault = 'process.on("SIGUSR2", () => { throw new Error("nobody catches this") })';
  const node = startProgram(program, ['run', '--data', path], {
    nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(fault)}`],
  });
  await node.line('node.control');
  node.signal('SIGUSR2');
  expect(await node.line('node.fault')).toMatchObject({
    level: 'error',
    stack: expect.stringContaining('nobody catches this'),
  });
  const { status, stderr } = await node.ended;
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: a fault of the program: nobody catches this; .*\n$/);
  await expect(stat(join(path, 'sync.lock'))).rejects.toThrow('ENOENT');
});

test('HTTP and the inspector listen on loopback if they are asked for, and end with the node', async () => {
  const { path } = await tempFolder();
  const node = startProgram(program, ['run', '--data', path, '--http', '0', '--inspect', '0']);
  const { url } = await node.line('node.http');
  const page = await node.line('node.inspector');
  const status = await (await fetch(`${url}/status`)).json();
  expect(status).toMatchObject({ chain: { count: 0 }, peers: [] });
  expect((await fetch(`${page['url']}`)).status).toBe(200);
  node.signal('SIGTERM');
  expect((await node.ended).status).toBe(0);
  await expect(fetch(`${url}/status`)).rejects.toThrow();
});

test('one process pulls a chain and serves it, the private listener with it, and counts what it served', async () => {
  const { path } = await tempFolder();
  const peer = await servingPeer(30);
  const serve = ['--serve', '127.0.0.1:0', '--serve-private', '0', '--serve-requests-per-minute', '2'];
  const node = startProgram(program, ['run', '--data', path, '--peer', peer.url, '--http', '0', ...serve]);
  const open = await node.line('node.serving');
  const closed = await node.line('node.serving');
  expect([open['private'], closed['private']]).toEqual([false, true]);
  const { url } = await node.line('node.http');
  await node.line('run.finished');
  const chain = createMemoryChain();
  const sync = createInfonetSync({ chain });
  await runOnce(sync, [String(open['url'])]);
  expect(chain.head()).toBe(peer.chain.head());
  for (let request = 0; request < 2; request += 1) await runOnce(sync, [String(closed['url'])]);
  expect((await runOnce(sync, [String(closed['url'])])).state.lastError).toContain('HTTP 429');
  const status = await (await connectControl(path))?.status();
  expect(status?.serving).toMatchObject([
    { url: open['url'], private: false, requests: 1, limited: 0, events: 30, requestsPerWindow: 2 },
    { url: closed['url'], private: true, requests: 3, limited: 1, events: 0 },
  ]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('sync_worker_serving{listener="private",what="limited"} 1');
  const shown = await runProgram(program, ['status', '--data', path]);
  expect(shown.stdout).toMatch(/serves +public events at .*: 30 events in 1 requests/);
  node.signal('SIGTERM');
  expect((await node.ended).status).toBe(0);
  await expect(fetch(String(open['url']))).rejects.toThrow();
});

test('a port to serve at that is taken is named with its flag', async () => {
  const { path } = await tempFolder();
  const taken = await answeringPeer((_, response) => response.end());
  const ended = await runProgram(program, ['run', '--data', path, '--serve', new URL(taken.url).host]);
  expect([ended.status, ended.stderr]).toEqual([
    1,
    expect.stringMatching(/EADDRINUSE.*another address with --serve\n$/),
  ]);
});

test('a port that is taken ends the start with 1 before a peer is asked, says what to do, and leaves the folder free', async () => {
  const { path } = await tempFolder();
  const taken = await answeringPeer((_, response) => response.end());
  const port = new URL(taken.url).port;
  const peer = await overloadedPeer('600');
  const args = ['run', '--peer', peer.url, '--data', path];
  const ended = await runProgram(program, [...args, '--http', port]);
  expect(peer.asked()).toBe(0);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(new RegExp(`^error: Port ${port} .*in use.*\n$`));
  await expect(stat(join(path, 'sync.lock'))).rejects.toThrow('ENOENT');
});
