import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDiskRecords } from '../../../src/infonet/hydration/disk-records.ts';
import { createMemoryRecords, type RecordChanges } from '../../../src/infonet/hydration/records.ts';
import { fc } from '../../support/property.ts';

const folder = await mkdtemp(join(tmpdir(), 'disk-records-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
let made = 0;
const newFolder = (): string => {
  made += 1;
  return join(folder, String(made));
};
const fileOf = (place: string): string => join(place, 'records.log');

const key = fc.constantFrom('a', 'a 1', 'a 2', 'a b 1', 'b 1');
const changes: fc.Arbitrary<RecordChanges> = fc.dictionary(key, fc.option(fc.string({ unit: 'binary' })), {
  minKeys: 1,
});

test('on disk they are what they are in memory, opened again or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(changes), { maxLength: 8 }), async (steps) => {
      const place = newFolder();
      const memory = createMemoryRecords();
      let disk = await openDiskRecords(place);
      for (const step of steps) {
        if (step === null) {
          await disk.close();
          disk = await openDiskRecords(place);
        } else await Promise.all([memory.write(step), disk.write(step)]);
      }
      for (const words of ['', 'a', 'a b', 'b', 'c'])
        expect(await disk.list(words)).toEqual(await memory.list(words));
      await disk.close();
    }),
    { numRuns: 50 },
  );
});

test('a write that was cut off anywhere is gone whole, and the ones before it are there', async () => {
  const place = newFolder();
  const records = await openDiskRecords(place);
  await records.write({ 'k 1': 'é', 'k 2': 'b' });
  await records.close();
  const whole = await readFile(fileOf(place));
  const before = await openDiskRecords(place);
  await before.write({ 'k 1': 'new', 'k 3': 'c' });
  await before.close();
  const all = await readFile(fileOf(place));
  for (let size = whole.length; size < all.length; size += 7) {
    await writeFile(fileOf(place), all);
    await truncate(fileOf(place), size);
    const after = await openDiskRecords(place);
    expect(await after.list('k')).toEqual([
      ['k 1', 'é'],
      ['k 2', 'b'],
    ]);
    await after.write({ 'k 4': 'd' });
    expect((await after.list('k')).length).toBe(3);
    await after.close();
  }
});

test('damage elsewhere is refused, and says what to do', async () => {
  const place = newFolder();
  const records = await openDiskRecords(place);
  await records.write({ 'k 1': 'a' });
  await records.close();
  await appendFile(fileOf(place), 'not a line of ours\n');
  await expect(openDiskRecords(place)).rejects.toThrow(
    `the records in ${place} cannot be opened: line 2 of records.log is damaged; move the file aside`,
  );
});

test('are open once at a time', async () => {
  const place = newFolder();
  const records = await openDiskRecords(place);
  await expect(openDiskRecords(place)).rejects.toThrow(`the records in ${place} cannot be opened`);
  await records.close();
  await (await openDiskRecords(place)).close();
});
