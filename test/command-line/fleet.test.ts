import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPeerRecord, createSyncWorker } from '../../src/index.ts';
import { createDiskStorage } from '../../src/storage/disk/index.ts';
import { servers, useRedis } from '../fleet/support/redis-server.ts';
import { openFeed } from '../inspect/feed-client.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram, startProgram } from './started-program.ts';

const program = await buildCommandLine();

async function startPeer(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/limit') response.writeHead(429, { 'retry-after': '120' }).end();
    else response.end('head of the peer');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A module as a user writes one; by its brand, for it finds no package here, the error is one of ours. */
const MODULE = `
export async function sync({ peerUrl }, { signal, id }) {
  const response = await fetch(peerUrl, { signal });
  if (response.status === 429) {
    throw Object.assign(new Error('rate limited'), {
      [Symbol.for('infonet-sync-worker.error')]: true,
      code: 'rate_limited',
      status: 429,
      retryAfterSeconds: 120,
      retryAfterHeader: response.headers.get('retry-after'),
    });
  }
  return { head: id + ': ' + (await response.text()) };
}`;

test.skipIf(servers.length === 0)(
  'fleet: workers are added, worked on by processes, explained, counted, and taken along from a folder',
  async () => {
    const { socket } = await useRedis();
    const [peer, limiting] = [await startPeer(), await startPeer()];
    const { path } = await tempFolder();
    await writeFile(join(path, 'sync.mjs'), MODULE);
    await writeFile(join(path, 'workers.jsonl'), `{"id":"b","peers":["${limiting}/limit"]}\n\n{"id":"c"}\n`);
    const run = (...args: string[]): ReturnType<typeof runProgram> =>
      runProgram(program, ['fleet', ...args], { env: { REDIS_URL: socket }, cwd: path });

    expect(await run('add', 'a:1', '--peer', `${peer}/a`)).toMatchObject({
      status: 0,
      stdout: 'a:1 added\n',
    });
    expect(await run('add', '--file', 'workers.jsonl')).toMatchObject({
      status: 0,
      stdout: '2 workers added\n',
    });
    expect((await run('status')).stdout).toMatch(/^workers +3: 3 idle$/m);

    const works = [1, 2].map(() =>
      startProgram(program, ['fleet', 'work', '--module', 'sync.mjs', '--http', '0', '--log', 'json'], {
        env: { REDIS_URL: socket },
        cwd: path,
      }),
    );
    const [first] = works;
    const { url } = (await first?.line('fleet.http')) ?? {};
    await expect
      .poll(async () => JSON.parse((await run('status', '--json')).stdout).states)
      .toMatchObject({ ok: 1, error: 1, solo: 1 });
    expect((await run('why', 'a:1')).stdout).toMatch(
      /^The last run ended well at [^\n]+\nNo process holds it\.\n$/,
    );
    expect((await run('why', 'b')).stdout).toContain('Retry-After ("120")');
    expect((await run('peer', limiting)).stdout).toMatch(/^gate +closed until .*, by Retry-After "120"$/m);
    expect(await run('add', 'a:1', '--peer', `${peer}/z`)).toMatchObject({
      status: 0,
      stdout: 'a:1 was there; its peers are the given ones now\n',
    });
    const read = async (page: string): Promise<string> => (await fetch(`${String(url)}/${page}`)).text();
    expect(await read('metrics')).toContain('sync_worker_fleet_workers{state="solo"} 1');
    expect(JSON.parse(await read('healthz'))).toEqual({ healthy: true, reason: '' });
    expect(JSON.parse(await read('status')).workers).toBe(3);
    expect(JSON.parse(await read('why?id=b'))).toMatchObject({
      id: 'b',
      state: 'error',
      rule: 'retry-after',
    });
    expect(await read('why?id=nobody')).toContain('no worker has the id nobody');

    const inspect = startProgram(program, ['fleet', 'inspect'], { env: { REDIS_URL: socket } });
    const [, address = ''] = /^fleet: (http:\/\/127\.0\.0\.1:\d+\/)$/.exec(await inspect.firstLine) ?? [];
    const feed = await openFeed(`${address}feed?worker=b`);
    expect(await feed.until(({ worker }) => worker === 'b')).toMatchObject({
      source: 'fleet',
      mayControl: false,
    });
    expect(feed.moment()).toMatchObject({ condition: 'error', why: { rule: 'retry-after' } });
    feed.close();
    inspect.signal('SIGTERM');
    expect(await inspect.ended).toMatchObject({ status: 0, stderr: '' });

    const doctor = await run('doctor');
    expect(doctor.stdout).toContain('appendfsync always: nothing acknowledged is lost');
    expect(doctor.status).toBe(0);

    for (const work of works) work.signal('SIGTERM');
    for (const work of works) expect(await work.ended).toMatchObject({ status: 0, stderr: '' });
    expect((await run('status', '--json')).stdout).toContain('"processes": []');

    const folder = join(path, 'data');
    const alone = createSyncWorker({
      sync: () => ({ head: 'h1' }),
      peers: [createPeerRecord('https://a.example')],
      storage: createDiskStorage(folder),
    });
    await alone.start();
    await alone.waitFor('ok');
    await alone.stop();
    expect(await run('import', 'data')).toMatchObject({
      status: 0,
      stdout: 'data added, with 1 peers; it is ok\n',
    });
    expect((await run('why', 'data')).stdout).toContain('The last run ended well');
    expect(await run('import', 'data')).toMatchObject({ status: 1 });
  },
);

test.skipIf(servers.length === 0)(
  'fleet: what cannot be done is said in one line, with its status',
  async () => {
    const { socket } = await useRedis(servers[0], [
      '--appendonly',
      'no',
      '--maxmemory-policy',
      'allkeys-lru',
    ]);
    const run = (...args: string[]): ReturnType<typeof runProgram> =>
      runProgram(program, ['fleet', ...args, '--redis', socket]);
    expect(await run('why', 'nobody')).toMatchObject({
      status: 1,
      stdout: '',
      // BullMQ warns of the eviction policy by itself.
      stderr: expect.stringMatching(/(^|\n)error: no worker has the id nobody; add it first\n$/),
    });
    const doctor = await run('doctor');
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toMatch(/^problem +appendonly is no: /m);
    expect(doctor.stdout).toMatch(/^problem +maxmemory-policy allkeys-lru: /m);
    const away = await runProgram(program, ['fleet', 'status', '--redis', `${socket}-not`]);
    expect(away).toMatchObject({ status: 1, stdout: '' });
    expect(away.stderr).toMatch(
      /^error: Redis cannot be reached \([^\n]+\); name it with --redis or REDIS_URL\n$/,
    );
  },
);

test.skipIf(servers.length === 0)(
  'the two processes of the README work on one fleet, by its commands as they are printed',
  async () => {
    const readme = await readFile(new URL('../../src/fleet/README.md', import.meta.url), 'utf8');
    const [, module = ''] = /```js\n\/\/ sync\.mjs\n([\s\S]*?)```/.exec(readme) ?? [];
    const [, block = ''] = /<!-- commands: fleet -->\n```sh\n([\s\S]*?)```/.exec(readme) ?? [];
    const { socket } = await useRedis();
    const peer = await startPeer();
    const { path } = await tempFolder();
    await writeFile(join(path, 'sync.mjs'), module);
    const options = { env: { REDIS_URL: socket }, cwd: path };
    const lines = block
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s{2,}#.*$/, '').replaceAll('http://127.0.0.1:8080', peer));
    // Redis itself comes from the system here.
    expect(lines.shift()).toBe('docker compose up -d');

    const said: string[] = [];
    const works: ReturnType<typeof startProgram>[] = [];
    for (const line of lines) {
      const [npx, name, ...args] = line.split(' ');
      expect([npx, name]).toEqual(['npx', 'sync-worker']);
      if (args[1] === 'work') {
        const work = startProgram(program, args, options);
        await work.line('fleet.started');
        works.push(work);
        if (works.length === 1) await work.line('run.finished');
        continue;
      }
      const { status, stdout, stderr } = await runProgram(program, args, options);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      said.push(stdout);
    }
    const [doctor, add, status, why, gate] = said;
    expect(doctor).toMatch(/^ok +Redis /m);
    expect(add).toBe('feed-7 added\n');
    expect(status).toMatch(/^workers +1: 1 ok$/m);
    expect(status?.match(/^process /gm)).toHaveLength(2);
    expect(why).toMatch(/^The last run ended well at /);
    expect(gate).toMatch(/^gate +open$/m);
    for (const work of works) work.signal('SIGINT');
    for (const work of works) expect((await work.ended).status).toBe(0);
  },
);
