import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMemoryChain, openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { readJson } from '../../../src/infonet/read-json.ts';
import { buildProgram } from '../../support/build-program.ts';

const folder = await mkdtemp(join(tmpdir(), 'killed-chain-'));
let program = '';

beforeAll(async () => {
  program = await buildProgram('test/infonet/chain/append-until-killed.ts');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Fills the chain until it has said so many lines, kills it in the midst, and tells what it said last. */
async function fillAndKill(place: string, lines: number): Promise<number> {
  const child = spawn(process.execPath, [program, place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return Number(said.split('\n').at(-2) ?? 0);
}

test('a chain whose process is killed again and again reopens with all it was told it has, and every link whole', async () => {
  const place = join(folder, 'chain');
  const copy = createMemoryChain();
  for (const lines of [1, 2, 5, 17, 3, 40]) {
    const told = await fillAndKill(place, lines);
    const chain = await openDiskChain(place);
    expect(chain.count()).toBeGreaterThanOrEqual(told);
    while (copy.count() < chain.count()) {
      const { events, forked } = await chain.page([copy.head() || GENESIS_HASH], {
        limit: 500,
        publicOnly: false,
      });
      expect(forked).toBe(false);
      const { refused } = await copy.ingest(events.map((text) => readJson(Buffer.from(text))));
      expect(refused).toBeUndefined();
    }
    expect([copy.count(), copy.head()]).toEqual([chain.count(), chain.head()]);
    expect(chain.count() % 7).toBe(0);
    await chain.close();
  }
});
