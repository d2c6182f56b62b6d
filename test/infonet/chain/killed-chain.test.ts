import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChainStore, createMemoryChain, openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { readJson } from '../../../src/infonet/json/read-json.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { buildProgram } from '../../support/build-program.ts';
import { canTrace } from '../../support/can-trace.ts';

const folder = await mkdtemp(join(tmpdir(), 'killed-chain-'));
let program = '';

beforeAll(async () => {
  program = await buildProgram('test/infonet/chain/append-until-killed.ts');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Fills the chain by a program that may be killed, and gives the count it was told last. */
async function fill(
  command: readonly string[],
  killAfter = Number.POSITIVE_INFINITY,
): Promise<{ readonly told: number; readonly wasKilled: boolean }> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  const [status, signal] = await once(child, 'close');
  expect([0, null]).toContain(status);
  return { told: Number(said.split('\n').at(-2) ?? 0), wasKilled: signal === 'SIGKILL' };
}

/** The chain has what was told, and every link is whole. The copy holds what it had before, and then all of it. */
async function expectWhole(place: string, told: number, copy: ChainStore): Promise<void> {
  const chain = await openDiskChain(place);
  expect(chain.count()).toBeGreaterThanOrEqual(Math.max(told, copy.count()));
  while (copy.count() < chain.count()) {
    const locator = [copy.head() || GENESIS_HASH];
    const { events, forked } = await chain.page(locator, { limit: 500, publicOnly: false });
    expect(forked).toBe(false);
    const { refused } = await copy.ingest(events.map((text) => readJson(Buffer.from(text))));
    expect(refused).toBeUndefined();
  }
  expect([copy.count(), copy.head()]).toEqual([chain.count(), chain.head()]);
  await chain.close();
}

test('a chain whose process is killed again and again reopens with all it was told it has, and every link whole', async () => {
  const place = join(folder, 'chain');
  const copy = createMemoryChain();
  for (const lines of [1, 2, 5, 17, 3, 40]) {
    const { told, wasKilled } = await fill([process.execPath, program, place], lines);
    expect(wasKilled).toBe(true);
    await expectWhole(place, told, copy);
  }
});

/** What changes files and folders; a system has one name or the other. */
const WRITING = [
  '?mkdir,?mkdirat',
  '?link,?linkat',
  '?rename,?renameat,?renameat2',
  '?unlink,?unlinkat',
  'ftruncate',
  'fsync',
  'fdatasync',
  'pwrite64',
];
/** `CHAIN_KILLS=1000 npx vitest run --project real test/infonet/chain/killed-chain.test.ts` */
const KILLS = Number(process.env['CHAIN_KILLS'] ?? 1);
const PAGES = '2';

test.skipIf(!canTrace('kills in each system call that writes'))(
  'so it does when it is killed in each system call that writes',
  async () => {
    let kills = 0;
    for (let round = 0; kills < KILLS; round += 1) {
      // Each call of each kind in turn, until a process makes so few of them that it ends by itself.
      for (const [kind, calls] of WRITING.entries()) {
        const place = join(folder, `traced-${round}-${kind}`);
        const copy = createMemoryChain();
        for (let number = 1, wasKilled = true; wasKilled; number += 1) {
          const kill = ['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGKILL:when=${number}`];
          // The calls are counted for each thread: Node makes them in a pool, here of one.
          const trace = ['env', 'UV_THREADPOOL_SIZE=1', 'strace', '-f', '-qq', '-o', '/dev/null', ...kill];
          const filled = await fill([...trace, process.execPath, program, place, PAGES]);
          ({ wasKilled } = filled);
          kills += wasKilled ? 1 : 0;
          await expectWhole(place, filled.told, copy);
        }
      }
    }
    // Otherwise the calls were not those that write.
    expect(kills).toBeGreaterThan(10);
    console.log(`${kills} kills`);
  },
);
