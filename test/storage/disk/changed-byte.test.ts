import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordSyncFailure, retryAfterUntil } from '../../../src/core.ts';
import { createPeerRecord, initialSyncState } from '../../../src/index.ts';
import { openDiskStorage } from '../../../src/storage/disk/disk-storage.ts';
import { createDiskStorage } from '../../../src/storage/disk/index.ts';
import { expectThat } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { hurriedPorts } from './hurried-ports.ts';
import { tempFolder } from './temp-folder.ts';

const NOW = 1_800_000_000;
const state = { ...initialSyncState(), currentHead: 'h1', lastSyncFinishedAt: NOW, nextSyncDueAt: NOW + 600 };
const peers = ['a', 'b', 'c'].map((name, index) =>
  recordSyncFailure(createPeerRecord({ peerUrl: `http://${name}.example`, metadata: { rtt: index } }), {
    now: NOW,
    error: 'HTTP 429',
    retryAfterSeconds: index * 1200,
    retryAfterHeader: String(index * 1200),
  }),
);

test('any changed byte of a file is reported, and shortens no Retry-After', async () => {
  const folders = await tempFolder();
  const whole = folders.next();
  const storage = createDiskStorage(whole);
  await storage.load(({ message }) => expect.fail(message));
  await storage.save({ state, peers });
  await storage.close?.();
  const names = ['sync-state.json', 'peers.json'];
  const texts = await Promise.all(names.map((name) => readFile(join(whole, name))));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0, 1),
      fc.nat(),
      fc.oneof(fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128), fc.integer({ min: 1, max: 255 })),
      async (which, place, bits) => {
        const folder = folders.next();
        await mkdir(folder);
        for (const [index, name] of names.entries()) {
          const bytes = Buffer.from(texts[index] ?? []);
          const at = place % bytes.length;
          if (index === which) bytes[at] = (bytes[at] ?? 0) ^ bits;
          await writeFile(join(folder, name), bytes);
        }
        const notices: string[] = [];
        const opened = openDiskStorage(folder, {}, hurriedPorts());
        const loaded = await opened.load(({ message }) => notices.push(message));
        await opened.close?.();
        expectThat(
          notices.some((notice) => notice.includes(names[which] ?? '')),
          () => `not told: ${notices.join('; ')}`,
        );
        for (const peer of peers.filter(({ retryAfter }) => retryAfter !== null)) {
          const found = loaded.peers?.find(({ peerUrl }) => peerUrl === peer.peerUrl);
          const until = found === undefined ? 0 : retryAfterUntil(found);
          expectThat(until >= retryAfterUntil(peer), () => `${peer.peerUrl} may be asked at ${until}`);
        }
      },
    ),
  );
});

test('a clock before 2020 is reported once', async () => {
  const { path } = await tempFolder();
  const ports = hurriedPorts();
  const notices: string[] = [];
  const storage = openDiskStorage(path, {}, { ...ports, clock: { ...ports.clock, now: () => 86_400_000 } });
  await storage.load(({ message }) => notices.push(message));
  for (const currentHead of ['h1', 'h2']) await storage.save({ state: { ...state, currentHead }, peers });
  await storage.close?.();
  expect(notices).toEqual([
    expect.stringMatching(/^the clock of this machine is before 2020, so it is wrong/),
  ]);
});

test('a folder that was last used in the future, by our clock, is reported once', async () => {
  const { path } = await tempFolder();
  const ports = hurriedPorts();
  const at = (seconds: number) => ({ ...ports, clock: { ...ports.clock, now: () => seconds * 1000 } });
  const notices: string[] = [];
  const storage = openDiskStorage(path, {}, at(NOW));
  await storage.load(({ message }) => notices.push(message));
  await storage.save({ state, peers });
  await storage.close?.();
  expect(notices).toEqual([]);
  const later = openDiskStorage(path, {}, at(NOW - 86_400));
  await later.load(({ message }) => notices.push(message));
  await later.save({ state: { ...state, currentHead: 'h2' }, peers });
  await later.close?.();
  expect(notices).toEqual([
    `${path} was last used 86400 s from now, by the clock of this machine: that clock is wrong, or was`,
  ]);
});
