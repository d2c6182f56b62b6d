import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ChainDamagedError } from '../../../src/infonet/chain/chain-damaged-error.ts';
import { writeLine } from '../../../src/infonet/chain/chain-line.ts';
import { openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { repairChain, verifyChain } from '../../../src/infonet/chain/verify-chain.ts';
import { tempFolder } from '../../storage/disk/temp-folder.ts';
import { fc } from '../../support/property.ts';
import { RECORDED_HEAD, recordedEvents } from '../recorded-exchanges.ts';

async function closedChain(count = 260): Promise<string> {
  const folder = join((await tempFolder()).path, 'chain');
  const chain = await openDiskChain(folder);
  await chain.ingest(recordedEvents.slice(0, count));
  await chain.close();
  return folder;
}

const eventsIn = (folder: string): string => join(folder, 'events.log');

/** Changes a line, and gives it the checksum of what it then is. */
async function rewrite(folder: string, height: number, change: (text: string) => string): Promise<void> {
  const lines = (await readFile(eventsIn(folder), 'utf8')).split('\n');
  lines[height - 1] = writeLine(change(lines[height - 1]?.slice(17) ?? ''))
    .toString()
    .trimEnd();
  await writeFile(eventsIn(folder), lines.join('\n'));
}

test('a whole chain verifies, also while it is open, and says how far it has come', async () => {
  const folder = await closedChain();
  const chain = await openDiskChain(folder);
  const shares: number[] = [];
  const report = await verifyChain(folder, {
    onProgress: ({ bytes, size, events }) => shares.push(bytes / size, events),
  });
  expect(report).toEqual({ count: 260, head: RECORDED_HEAD, damage: undefined });
  expect(shares.slice(-2)).toEqual([1, 260]);
  await chain.close();
  expect(await repairChain(folder)).toEqual({ ...report, setAside: undefined });
});

test('no folder is no event', async () => {
  expect(await verifyChain('/nowhere/at/all')).toEqual({ count: 0, head: '', damage: undefined });
});

describe('what checksums do not show', () => {
  test.for([
    ['a signature', (text: string) => text.replace(/"signature":"(.)/, '"signature":"f$1'), 'signature'],
    [
      'a payload',
      (text: string) => text.replace('"ephemeral":false', '"ephemeral":true'),
      'signature that does not verify',
    ],
    ['a space', (text: string) => text.replace('"payload":{', '"payload": {'), 'not written as its event is'],
  ] as const)('%s that was changed is found', async ([, change, reason]) => {
    const folder = await closedChain(20);
    await rewrite(folder, 8, change);
    const { count, damage } = await verifyChain(folder);
    expect(count).toBe(7);
    expect(damage).toMatch(new RegExp(`^event 8, at byte \\d+ of events\\.log: .*${reason}`));
  });

  test('an event that is left out is found', async () => {
    const folder = await closedChain(20);
    const lines = (await readFile(eventsIn(folder), 'utf8')).split('\n');
    await writeFile(eventsIn(folder), lines.toSpliced(4, 1).join('\n'));
    expect((await verifyChain(folder)).damage).toMatch(/^event 5, .*does not follow the event before it/);
  });
});

describe('repair', () => {
  test('keeps what verifies, sets the rest aside, and lets it be pulled anew, whatever is damaged', async () => {
    const harm = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bit: fc.nat(7),
      kind: fc.constantFrom('flip', 'cut', 'no CURRENT'),
    });
    await fc.assert(
      fc.asyncProperty(harm, async ({ at, bit, kind }) => {
        const folder = await closedChain(30);
        const before = await readFile(eventsIn(folder));
        const byte = Math.floor(before.length * at);
        if (kind === 'cut') await truncate(eventsIn(folder), byte);
        if (kind === 'no CURRENT') await writeFile(join(folder, 'CURRENT'), '');
        if (kind !== 'cut') {
          const flipped = Buffer.from(before);
          flipped[byte] = (flipped[byte] ?? 0) ^ (1 << bit);
          await writeFile(eventsIn(folder), flipped);
        }
        const spoiled = await readFile(eventsIn(folder));
        await expect(openDiskChain(folder)).rejects.toBeInstanceOf(ChainDamagedError);
        const { count, damage, setAside } = await repairChain(folder);
        expect(damage).toBeDefined();
        // All lines before the one that was hit.
        expect(count).toBe(before.subarray(0, byte).toString('latin1').split('\n').length - 1);
        const rest = setAside === undefined ? Buffer.alloc(0) : await readFile(setAside);
        expect(Buffer.concat([await readFile(eventsIn(folder)), rest])).toEqual(spoiled);
        const chain = await openDiskChain(folder);
        expect((await chain.ingest(recordedEvents.slice(0, 30))).accepted).toBe(30 - count);
        await chain.close();
        expect((await verifyChain(folder)).damage).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });

  test('numbers what it sets aside', async () => {
    const folder = await closedChain(9);
    for (const number of [1, 2]) {
      await rewrite(folder, 3, (text) => text.replace('"payload":{', '"payload":{"x":1,'));
      expect((await repairChain(folder)).setAside).toBe(join(folder, `events.damaged-${number}.log`));
      const chain = await openDiskChain(folder);
      await chain.ingest(recordedEvents.slice(0, 9));
      await chain.close();
    }
  });

  test('sets a folder of LevelDB aside whole', async () => {
    const folder = join((await tempFolder()).path, 'chain');
    await mkdir(folder);
    await writeFile(join(folder, 'MANIFEST-000002'), '');
    const { setAside, damage } = await repairChain(folder);
    expect(setAside).toBe(`${folder}.set-aside-1`);
    expect(damage).toContain('LevelDB');
    expect(await readdir(`${folder}.set-aside-1`)).toEqual(['MANIFEST-000002']);
    const chain = await openDiskChain(folder);
    expect(chain.count()).toBe(0);
    await chain.close();
  });

  test('leaves a chain alone that is open', async () => {
    const folder = await closedChain(5);
    const chain = await openDiskChain(folder);
    await expect(repairChain(folder)).rejects.toThrow(`the chain in ${folder} cannot be opened`);
    await chain.close();
  });
});
