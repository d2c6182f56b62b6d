import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createMemoryStorage, type SyncFunction, type SyncStorage, throwIfRefused } from '../../src/index.ts';
import { createDiskStorage } from '../../src/storage/disk/index.ts';
import { checkStorage, checkSync, type PortCheck } from '../../src/testing/index.ts';

/** The claims that are not fulfilled. */
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

  test('over fetch that reports every Retry-After fulfils every claim', async () => {
    expect(await broken(checkSync(good))).toEqual([]);
  });

  test('that ignores the signal and the header fails those claims', async () => {
    const bad =
      (fetch: typeof globalThis.fetch): SyncFunction =>
      async ({ peerUrl }) =>
        (await (await fetch(peerUrl)).json()) as { head: string };
    expect(await broken(checkSync(bad))).toEqual([
      'a Retry-After in seconds is reported',
      'a Retry-After as a date is reported',
      'a Retry-After on another status is reported',
      'an abort ends a hanging request',
      'an abort ends a slow body',
    ]);
  });
});

describe('a storage', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'checked-storage-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('of ours on disk fulfils every claim that needs one process', async () => {
    expect(await broken(checkStorage((place) => createDiskStorage(join(folder, place))))).toEqual([]);
  });

  test('in memory fails two claims: it lets a second owner in, and it shares the objects it is given', async () => {
    const places = new Map<string, SyncStorage>();
    const inMemory = (place: string): SyncStorage => {
      const known = places.get(place) ?? createMemoryStorage();
      places.set(place, known);
      return known;
    };
    const failed = await broken(checkStorage(inMemory));
    expect(failed).toContain(
      'a second owner is refused while the first has the place open, but not afterwards',
    );
    expect(failed).toContain('a save copies the value: later changes to the value are not saved');
  });
});
