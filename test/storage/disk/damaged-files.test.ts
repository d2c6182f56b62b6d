import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromWire, peerToWire, toWire } from '../../../src/core.ts';
import { createPeerRecord, initialSyncState } from '../../../src/index.ts';
import { openDiskStorage } from '../../../src/storage/disk/disk-storage.ts';
import { createDiskStorage, createPeerFile } from '../../../src/storage/disk/index.ts';
import type { StorageNotice } from '../../../src/storage/storage.ts';
import { anySyncState } from '../../policy/any-sync-state.ts';
import { expectEqual, expectThat } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { anyPeerList, inFileOrder } from './any-peer-list.ts';
import { hurriedPorts } from './hurried-ports.ts';
import { tempFolder } from './temp-folder.ts';

type FileName = 'sync-state.json' | 'peers.json';

/** What may happen to bytes. Places are fractions of the length. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constant('overwrite' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant('replace' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('replace' as const), bytes: fc.json().map((text) => Buffer.from(text)) }),
);

function damaged(
  bytes: Uint8Array,
  how: typeof damage extends fc.Arbitrary<infer D> ? D : never,
): Uint8Array {
  if (how.kind === 'replace') return how.bytes;
  const at = Math.floor(how.at * bytes.length);
  if (how.kind === 'cut') return bytes.subarray(0, at);
  const copy = Uint8Array.from(bytes);
  copy.set(how.bytes.subarray(0, Math.max(0, copy.length - at)), at);
  return copy;
}

/** Every file of a folder that is one of ours or was set aside, with its bytes. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name !== 'sync.lock');
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, (await readFile(join(folder, name))).toString('latin1')] as const),
    ),
  );
}

test('whatever happens to the bytes of a file, the load goes on, the other half is whole, and no byte is lost', async () => {
  const folders = await tempFolder();
  await fc.assert(
    fc.asyncProperty(
      anySyncState,
      anyPeerList,
      fc.constantFrom<FileName[]>('sync-state.json', 'peers.json'),
      damage,
      async (state, peers, name, how) => {
        const folder = folders.next();
        await mkdir(folder);
        const texts = {
          'sync-state.json': JSON.stringify(toWire(state)),
          'peers.json': JSON.stringify({ version: 1, records: inFileOrder(peers).map(peerToWire) }),
        };
        const bytes = damaged(Buffer.from(texts[name]), how);
        await writeFile(join(folder, 'sync-state.json'), texts['sync-state.json']);
        await writeFile(join(folder, 'peers.json'), texts['peers.json']);
        await writeFile(join(folder, name), bytes);
        const before = Buffer.from(bytes).toString('latin1');

        const notices: StorageNotice[] = [];
        const storage = openDiskStorage(folder, {}, hurriedPorts());
        const loaded = await storage.load((notice) => notices.push(notice));

        if (name === 'peers.json') expectEqual(loaded.state, state);
        else expectEqual(loaded.peers, inFileOrder(peers));
        const files = await filesOf(folder);
        const aside = [...files].filter(([file]) => file.startsWith(`${name}.set-aside-`));
        if (files.has(name)) {
          expectEqual(files.get(name), before);
          expectEqual(aside, []);
        } else {
          expectEqual(
            aside.map(([, held]) => held),
            [before],
          );
          expectThat(notices.length === 1, () => `${notices.length} notices`);
        }
        if (name === 'sync-state.json') expectEqual(loaded.state, stateIn(bytes));

        const next = { ...initialSyncState(), currentHead: 'next' };
        await storage.save({ state: next, peers: [] });
        const afterwards = await filesOf(folder);
        for (const [file, held] of aside) expectEqual(afterwards.get(file), held);
        expectEqual(toWire(fromWire(JSON.parse(afterwards.get('sync-state.json') ?? ''))), toWire(next));
        await storage.close?.();
      },
    ),
  );
});

/** What the state file says, read by other means; undefined if it is not to be used. */
function stateIn(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const state = fromWire(value);
    const isOurs = Object.keys(toWire(state)).some((key) => Object.hasOwn(value as object, key));
    return isOurs ? state : undefined;
  } catch {
    return undefined;
  }
}

describe('a file that cannot be used is set aside, and the notice says what is wrong with it', () => {
  const wire = toWire(initialSyncState());
  const state = (fields: Record<string, unknown>): string => JSON.stringify({ ...wire, ...fields });
  const cases: readonly (readonly [FileName, string, string | Uint8Array, string])[] = [
    ['sync-state.json', 'empty', '', 'it is empty'],
    ['sync-state.json', 'torn', state({}).slice(0, 40), 'JSON'],
    ['sync-state.json', 'not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'its bytes are no UTF-8'],
    ['sync-state.json', 'UTF-16', Buffer.from(state({}), 'utf16le'), 'it is written in UTF-16'],
    ['sync-state.json', 'an array', '[]', 'sync state is []; allowed is an object'],
    [
      'sync-state.json',
      'of the wrong type',
      state({ next_sync_due_at: '5' }),
      'sync state: next_sync_due_at is "5"; allowed is a whole number of seconds',
    ],
    [
      'sync-state.json',
      'another program’s',
      '{"port":8080}',
      'it is {"port":8080}; allowed is an object with the fields of a sync state',
    ],
    ['peers.json', 'empty', '\n', 'it is empty'],
    ['peers.json', 'torn', '{"version": 1, "rec', 'JSON'],
    ['peers.json', 'a number', '5', 'it is 5; allowed is an object'],
    ['peers.json', 'newer', '{"version":2,"records":[]}', 'version is 2; allowed is 1'],
    ['peers.json', 'without a version', '{"records":[]}', 'version is undefined; allowed is 1'],
    [
      'peers.json',
      'nested too deep',
      `{"version":1,"records":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`,
      'it is nested deeper than 500 levels',
    ],
    ['peers.json', 'without records', '{"version":1}', 'records is undefined; allowed is an array'],
  ];

  test.for(cases)('%s, %s', async ([name, , content, problem]) => {
    const { path } = await tempFolder();
    await writeFile(join(path, name), content);
    const notices: StorageNotice[] = [];
    const storage = createDiskStorage(path);
    expect(await storage.load((notice) => notices.push(notice))).toEqual({});
    await storage.close?.();
    const [aside] = await readdir(path);
    expect(aside).toMatch(
      new RegExp(`^${name.replace('.', '\\.')}\\.set-aside-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ$`),
    );
    expect(notices).toHaveLength(1);
    expect(notices[0]?.message).toContain(`${join(path, name)} could not be used: `);
    expect(notices[0]?.message).toContain(problem);
    expect(notices[0]?.message).toContain(`It is now ${join(path, aside ?? '')}`);
    expect(notices[0]?.cause).toBeInstanceOf(Error);
  });

  test('each under a name of its own, however many there are in one second', async () => {
    const { path } = await tempFolder();
    for (let round = 0; round < 12; round += 1) {
      await writeFile(join(path, 'sync-state.json'), `round ${round}`);
      const storage = createDiskStorage(path);
      await storage.load(() => undefined);
      await storage.close?.();
    }
    const held = [...(await filesOf(path)).values()].toSorted();
    expect(held).toEqual(Array.from({ length: 12 }, (_, round) => `round ${round}`).toSorted());
  });

  test('also where another program damages it between a load and a save', async () => {
    const { path } = await tempFolder();
    const file = join(path, 'peers.json');
    const notices: StorageNotice[] = [];
    const store = createPeerFile(file);
    await store.load((notice) => notices.push(notice));
    await writeFile(file, 'not ours');
    const peer = createPeerRecord('http://a.example');
    await store.save([peer]);
    expect(notices.map(({ message }) => message)).toEqual([expect.stringContaining(' could not be used: ')]);
    const files = await filesOf(path);
    expect([...files.keys()]).toHaveLength(2);
    expect([...files.values()]).toContain('not ours');
    expect(JSON.parse(files.get('peers.json') ?? '')).toEqual({
      version: 1,
      records: [peerToWire(peer)],
      checksum: expect.stringMatching(/^crc32-[0-9a-f]{8}$/),
    });
  });
});

describe('one record that cannot be used', () => {
  const good = peerToWire(createPeerRecord('http://good.example'));
  const bad = {
    ...peerToWire(createPeerRecord('http://bad.example')),
    failure_count: 'three',
    colour: 'red',
  };
  const write = async (records: readonly unknown[]): Promise<{ file: string; path: string }> => {
    const { path } = await tempFolder();
    const file = join(path, 'peers.json');
    await writeFile(file, JSON.stringify({ version: 1, records }));
    return { file, path };
  };
  const recordsOf = async (file: string): Promise<unknown> =>
    (JSON.parse(await readFile(file, 'utf8')) as { records: unknown }).records;

  test('spoils none of the others, is told, and stays in the file as it is', async () => {
    const { file, path } = await write([bad, good, 'nonsense']);
    const notices: StorageNotice[] = [];
    const store = createPeerFile(file);
    const peers = await store.load((notice) => notices.push(notice));
    expect(peers.map(({ peerUrl }) => peerUrl)).toEqual(['http://good.example']);
    expect(notices.map(({ message }) => message)).toEqual([
      `${file}: records[0]: peer record: failure_count is "three"; allowed is a whole number of at least 0; left as it is, and not used`,
      `${file}: records[2]: peer record is "nonsense"; allowed is an object; left as it is, and not used`,
    ]);
    await store.save(peers.map((peer) => ({ ...peer, failureCount: 1, updatedAt: 5 })));
    expect(await recordsOf(file)).toEqual([bad, { ...good, failure_count: 1, updated_at: 5 }, 'nonsense']);
    expect(await readdir(path)).toEqual(['peers.json']);
  });

  test('is replaced once we have that peer ourselves: its Retry-After stays, and the file as it was', async () => {
    const limited = { ...bad, metadata: { retry_after_until: 900, retry_after_header: '60', seen: 5 } };
    const { file, path } = await write([limited, good]);
    const before = await readFile(file, 'utf8');
    const notices: StorageNotice[] = [];
    const store = createPeerFile(file);
    const peers = await store.load((notice) => notices.push(notice));
    await store.save([...peers, createPeerRecord('http://bad.example')]);
    expect(await recordsOf(file)).toEqual([{ ...limited, failure_count: 0 }, good]);
    const [aside] = (await readdir(path)).filter((name) => name !== 'peers.json');
    expect(await readFile(join(path, aside ?? ''), 'utf8')).toBe(before);
    expect(notices.at(-1)?.message).toContain(`replaced. As it was, it is now ${join(path, aside ?? '')}`);
  });

  test('that stands there twice is used once, with the later Retry-After of the two', async () => {
    const until = (retry_after_until: number): unknown => ({ ...good, metadata: { retry_after_until } });
    const { file } = await write([until(100), until(300), until(200)]);
    const notices: StorageNotice[] = [];
    const store = createPeerFile(file);
    const peers = await store.load((notice) => notices.push(notice));
    expect(peers.map(({ retryAfter }) => retryAfter?.until)).toEqual([300]);
    expect(notices.map(({ message }) => message.slice(file.length))).toEqual(
      [1, 2].map(
        (index) =>
          `: records[${index}]: sync http://good.example stands in the file before; left as it is, and not used`,
      ),
    );
    await store.save(peers.map((peer) => ({ ...peer, label: 'x' })));
    expect(await recordsOf(file)).toEqual([
      { ...good, label: 'x', metadata: { retry_after_until: 300 } },
      until(300),
      until(200),
    ]);
  });
});

test.for<FileName>(['sync-state.json', 'peers.json'])(
  'a %s that cannot be read for another reason is left alone, and the load fails with a clear error',
  async (name) => {
    const { path } = await tempFolder();
    await mkdir(join(path, name));
    await expect(createDiskStorage(path).load(() => undefined)).rejects.toMatchObject({
      name: 'StorageUnreadableError',
      code: 'storage_unreadable',
      path: join(path, name),
      message: `${join(path, name)} could not be read: it is a folder; allowed is a regular file`,
    });
    expect(await readdir(path)).toEqual([name]);
  },
);
