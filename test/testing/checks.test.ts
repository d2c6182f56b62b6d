import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createMemoryStorage, type SyncFunction, type SyncStorage, throwIfRefused } from '../../src/index.ts';
import { createDiskStorage } from '../../src/storage/disk/index.ts';
import { checkStorage, checkSync, type PortCheck } from '../../src/testing/index.ts';

/** The claims that do not hold. */
async function broken(checks: readonly PortCheck[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { claim, run } of checks) await run().catch(() => failed.push(claim));
  return failed;
}

describe('a sync function', () => {
  const good =
    (fetch: typeof globalThis.fetch): SyncFunction =>
    async ({ peerUrl }, { signal, now }) => {
      const response = await fetch(peerUrl, { signal });
      throwIfRefused(response, { now: now() });
      return (await response.json()) as { head: string };
    };

  test('over fetch that tells what it is told holds every claim', async () => {
    expect(await broken(checkSync(good))).toEqual([]);
  });

  test('that hears no signal, or reads no header, is told so', async () => {
    const bad =
      (fetch: typeof globalThis.fetch): SyncFunction =>
      async ({ peerUrl }) =>
        (await (await fetch(peerUrl)).json()) as { head: string };
    expect(await broken(checkSync(bad))).toEqual([
      'a Retry-After in seconds is told',
      'a Retry-After as a date is told',
      'a Retry-After on another status is told',
      'a signal that aborts ends a request that hangs',
      'a signal that aborts ends a body that comes slowly',
    ]);
  });
});

describe('a storage', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'checked-storage-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('of ours on disk holds every claim that takes one process', async () => {
    expect(await broken(checkStorage((place) => createDiskStorage(join(folder, place))))).toEqual([]);
  });

  test('in memory lets a second owner in, and one that shares what it is given is told so', async () => {
    const places = new Map<string, SyncStorage>();
    const inMemory = (place: string): SyncStorage => {
      const known = places.get(place) ?? createMemoryStorage();
      places.set(place, known);
      return known;
    };
    const failed = await broken(checkStorage(inMemory));
    expect(failed).toContain('a second owner of a place is refused while the first has it, and not after');
    expect(failed).toContain('a save takes the value as it is then: what is changed after it is not saved');
  });
});
