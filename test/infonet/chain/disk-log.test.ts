import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChainDamagedError } from '../../../src/infonet/chain/chain-damaged-error.ts';
import { readChainTip } from '../../../src/infonet/chain/chain-folder.ts';
import { openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { repairChain } from '../../../src/infonet/chain/verify-chain.ts';
import { StorageUnwritableError } from '../../../src/storage/disk/index.ts';
import { canMakeSmallDisk, createSmallDisk } from '../../storage/disk/small-disk.ts';
import { tempFolder } from '../../storage/disk/temp-folder.ts';
import { RECORDED_HEAD, recordedEvents } from '../recorded-exchanges.ts';

const place = async (): Promise<string> => join((await tempFolder()).path, 'chain');

describe('a folder', () => {
  test('and its files are for this user alone', async () => {
    const folder = await place();
    await (await openDiskChain(folder)).close();
    const names = await readdir(folder);
    expect(names.toSorted()).toEqual(['CURRENT', 'events.log']);
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  test('is free again if it could not be opened', async () => {
    const folder = await place();
    const chain = await openDiskChain(folder);
    await chain.ingest(recordedEvents.slice(0, 9));
    await chain.close();
    const current = await readFile(join(folder, 'CURRENT'));
    await writeFile(join(folder, 'CURRENT'), '');
    await expect(openDiskChain(folder)).rejects.toThrow('CURRENT, which says how many events there are');
    await writeFile(join(folder, 'CURRENT'), current);
    const again = await openDiskChain(folder);
    expect(again.count()).toBe(9);
    await again.close();
  });

  test('with a FIFO in place of a file is refused at once', async () => {
    const folder = await place();
    await mkdir(folder);
    execFileSync('mkfifo', [join(folder, 'events.log')]);
    await expect(openDiskChain(folder)).rejects.toThrow('events.log is no file');
  });

  test('of LevelDB is refused, and left as it is', async () => {
    const folder = await place();
    await mkdir(folder);
    for (const name of ['CURRENT', 'MANIFEST-000002', '000003.log'])
      await writeFile(join(folder, name), name);
    await expect(openDiskChain(folder)).rejects.toThrow(/was kept by LevelDB.*move the folder aside/);
    expect(await readdir(folder)).toHaveLength(3);
  });

  test('tells how far it has come while another process has it open', async () => {
    const folder = await place();
    expect(await readChainTip(folder)).toBeUndefined();
    const chain = await openDiskChain(folder);
    await chain.ingest(recordedEvents);
    expect(await readChainTip(folder)).toMatchObject({ count: 260, head: RECORDED_HEAD });
    await chain.close();
  });
});

describe('nothing is accepted', () => {
  test.for([
    ['was removed', (folder: string) => rm(folder, { recursive: true }), /removed or replaced/],
    ['was moved away', (folder: string) => rename(folder, `${folder}.away`), /removed or replaced/],
    [
      'was written to by another process',
      async (folder: string) => {
        // As a second container does that takes the lock of the first for one that was left.
        await rm(join(folder, 'lock'));
        const other = await openDiskChain(folder);
        await other.ingest(recordedEvents.slice(0, 20));
        await other.close();
      },
      /another process has written to it/,
    ],
  ] as const)('once the folder %s', async ([, harm, reason]) => {
    const folder = await place();
    const chain = await openDiskChain(folder);
    await chain.ingest(recordedEvents.slice(0, 10));
    await harm(folder);
    for (const _ of [1, 2]) {
      const failure = await chain.ingest(recordedEvents.slice(10, 30)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StorageUnwritableError);
      expect(String(failure)).toMatch(reason);
    }
    expect(chain.count()).toBe(10);
    await chain.close();
  });
});

describe('an open chain goes on with what is there now, and tells it once, when its folder was', () => {
  const ten = recordedEvents.slice(0, 10);
  test.for([
    ['removed', 0, (folder: string) => rm(folder, { recursive: true })],
    [
      'emptied',
      0,
      async (folder: string) => {
        for (const name of await readdir(folder)) await rm(join(folder, name));
      },
    ],
    [
      'replaced by an older copy, with the lock of this process in it',
      4,
      async (folder: string, copy: string) => {
        await rm(folder, { recursive: true });
        await cp(copy, folder, { recursive: true });
      },
    ],
    [
      'written over with an older copy',
      4,
      async (folder: string, copy: string) => {
        for (const name of ['events.log', 'CURRENT'])
          await writeFile(join(folder, name), await readFile(join(copy, name)));
      },
    ],
  ] as const)('%s', async ([, count, harm]) => {
    const folder = await place();
    const chain = await openDiskChain(folder);
    await chain.ingest(ten.slice(0, 4));
    const copy = `${folder}.copy`;
    await cp(folder, copy, { recursive: true });
    await chain.ingest(ten);
    await harm(folder, copy);
    await expect(chain.locator()).rejects.toThrow(
      new RegExp(`chain could not be read: .*; it is opened again, with ${count} events`),
    );
    expect(chain.count()).toBe(count);
    expect(await chain.locator()).toHaveLength(count + 1);
    expect(await chain.ingest(ten)).toEqual({ accepted: 10 - count, duplicates: count });
    await chain.close();
    const again = await openDiskChain(folder);
    expect(again.count()).toBe(10);
    await again.close();
  });

  test('damaged: that is said until it is repaired, and then it goes on', async () => {
    const folder = await place();
    const chain = await openDiskChain(folder);
    await chain.ingest(ten);
    await rm(join(folder, 'CURRENT'));
    for (const _ of [1, 2]) await expect(chain.locator()).rejects.toThrow(ChainDamagedError);
    expect(await repairChain(folder)).toMatchObject({ count: 10 });
    await expect(chain.locator()).rejects.toThrow('it is opened again, with 10 events');
    expect(await chain.locator()).toHaveLength(11);
    await chain.close();
    await rm(folder, { recursive: true });
    await expect(chain.locator()).rejects.toThrow('file closed');
  });
});

describe.skipIf(!(await canMakeSmallDisk()))('on a disk that is full for a while', () => {
  test.for([0, 1, 2, 3, 5, 8, 13])(
    'with room for %i more events: what is accepted later is there',
    async (room) => {
      const disk = await createSmallDisk();
      onTestFinished(() => disk.remove());
      const folder = join(disk.path, 'chain');
      const chain = await openDiskChain(folder);
      await chain.ingest(recordedEvents.slice(0, 6 + room));
      await disk.fill();
      for (const _ of [1, 2]) {
        await expect(chain.ingest(recordedEvents.slice(0, 50))).rejects.toThrow(
          'events.log could not be written: no space left on device (ENOSPC)',
        );
      }
      expect(chain.count()).toBe(6 + room);
      await disk.empty();
      expect((await chain.ingest(recordedEvents.slice(0, 50))).accepted).toBe(44 - room);
      const head = chain.head();
      await chain.close();
      const again = await openDiskChain(folder);
      expect([again.count(), again.head()]).toEqual([50, head]);
      await again.close();
    },
  );
});
