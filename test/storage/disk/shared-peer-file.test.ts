import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  peerToWire,
  recordSeen,
  recordSyncFailure,
  recordSyncSuccess,
  retryAfterUntil,
} from '../../../src/core.ts';
import { createPeerRecord, type PeerRecord } from '../../../src/index.ts';
import { isRecord } from '../../../src/policy/wire-fields.ts';
import { systemPorts } from '../../../src/storage/disk/file-system.ts';
import { openPeerFile } from '../../../src/storage/disk/peer-file.ts';
import { expectEqual, expectThat } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { tempFolder } from './temp-folder.ts';

const urls = ['http://a.example', 'http://b.example', 'http://c.example'];
const buckets = ['sync', 'push'] as const;

/** What another program of the mesh does to the file in one step, knowing nothing of us. */
const theirAct = fc.record({
  what: fc.constantFrom('label', 'enable', 'push', 'extra', 'metadata', 'add', 'remove'),
  url: fc.constantFrom(...urls),
  bucket: fc.constantFrom(...buckets),
  value: fc.integer({ min: 0, max: 9 }),
});
type TheirAct = typeof theirAct extends fc.Arbitrary<infer A> ? A : never;

/** What becomes of our own peers between two saves. */
const ourAct = fc.record({
  what: fc.constantFrom('ok', 'failed', 'limited', 'seen', 'note', 'add', 'remove'),
  url: fc.constantFrom(...urls),
  wait: fc.integer({ min: 1, max: 3600 }),
});
type OurAct = typeof ourAct extends fc.Arbitrary<infer A> ? A : never;

const step = fc.record({
  ours: fc.array(ourAct, { maxLength: 3 }),
  /** What they do before we save. */
  before: fc.array(theirAct, { maxLength: 2 }),
  /** What they do while we save, each as we are about to replace the file. */
  during: fc.array(theirAct, { maxLength: 3 }),
  /** We are killed after the save, and start again from the file. */
  restart: fc.boolean(),
});

type Raw = Record<string, unknown>;
const keyOf = (record: Raw): string => `${record['bucket']} ${record['peer_url']}`;

/** Another program, and what it expects in the file: everything it wrote that nobody removed. */
class OtherProgram {
  /** The fields that it owns, by bucket and URL. */
  readonly wanted = new Map<string, Raw>();
  readonly removed = new Set<string>();
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  records(): Raw[] {
    const { records } = JSON.parse(readFileSync(this.#file, 'utf8')) as { records: unknown[] };
    return records.filter(isRecord);
  }

  act({ what, url, bucket, value }: TheirAct): void {
    const key = `${bucket} ${url}`;
    let records = this.records();
    const there = records.some((record) => keyOf(record) === key);
    const set = (fields: Raw): void => {
      if (!there) return;
      records = records.map((record) => (keyOf(record) === key ? { ...record, ...fields } : record));
      this.wanted.set(key, { ...this.wanted.get(key), ...fields });
    };
    if (what === 'label') set({ label: `label ${value}` });
    if (what === 'enable') set({ enabled: value % 2 === 0 });
    if (what === 'push') set({ last_push_ok_at: value });
    if (what === 'extra') set({ [`x_${value}`]: { deep: [value] } });
    if (what === 'metadata' && there) {
      const own = { [`m_${value}`]: value };
      records = records.map((record) =>
        keyOf(record) === key ? { ...record, metadata: { ...(record['metadata'] as Raw), ...own } } : record,
      );
      const before = this.wanted.get(key);
      this.wanted.set(key, { ...before, metadata: { ...(before?.['metadata'] as Raw), ...own } });
    }
    if (what === 'add' && !there) {
      const record = {
        ...peerToWire(createPeerRecord({ bucket, peerUrl: url, label: 'theirs' })),
        x_new: value,
      };
      records.push(record);
      this.removed.delete(key);
      this.wanted.set(key, { label: 'theirs', x_new: value });
    }
    if (what === 'remove' && there) {
      records = records.filter((record) => keyOf(record) !== key);
      this.wanted.delete(key);
      this.removed.add(key);
    }
    writeFileSync(`${this.#file}.theirs`, JSON.stringify({ version: 1, theirs: true, records }));
    renameSync(`${this.#file}.theirs`, this.#file);
  }
}

function marked(peer: PeerRecord, { what, wait }: OurAct, now: number): PeerRecord {
  if (what === 'ok') return recordSyncSuccess(peer, { now });
  if (what === 'failed') return recordSyncFailure(peer, { now, error: 'refused' });
  if (what === 'limited') return recordSyncFailure(peer, { now, error: 'HTTP 429', retryAfterSeconds: wait });
  if (what === 'seen') return recordSeen(peer, { now });
  return { ...peer, excluded: `for ${wait}` };
}

const syncUrls = (peers: readonly PeerRecord[]): string[] =>
  peers.filter(({ bucket }) => bucket === 'sync').map(({ peerUrl }) => peerUrl);

test('interleaved with another program that writes the file, neither loses the changes of the other', async () => {
  const folders = await tempFolder();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const file = `${folders.next()}.json`;
      writeFileSync(file, '{"version":1,"records":[]}');
      const other = new OtherProgram(file);
      let during: TheirAct[] = [];
      const open = (): ReturnType<typeof openPeerFile> =>
        openPeerFile(file, {
          ...systemPorts.fs,
          // The temporary file is created right before the last check of the old one.
          open: (path, flags, mode) => {
            const act = flags === 'wx' ? during.shift() : undefined;
            if (act !== undefined) other.act(act);
            return systemPorts.fs.open(path, flags, mode);
          },
        });
      // A record that others removed and added again is older than it was.
      const fail = ({ message }: { message: string }): void =>
        expectThat(message.includes('older than they were'), () => message);
      let store = open();
      let peers = (await store.load(fail)) ?? [];
      let now = 1_800_000_000;
      let earlier = syncUrls(peers);
      /** Removed peers that a start found in the file, and let go of. */
      let dropped: string[] = [];
      /** The latest moment that any record of ours ever named, for those that were saved. */
      const silence = new Map<string, number>();

      for (const { ours, before, during: meanwhile, restart } of steps) {
        for (const act of ours) {
          now += 7;
          const isIt = (peer: PeerRecord): boolean => peer.bucket === 'sync' && peer.peerUrl === act.url;
          if (act.what === 'add' && !peers.some(isIt)) {
            peers = [...peers, createPeerRecord({ peerUrl: act.url })];
            // Taken out and put in anew: then it is as we put it in.
            if ([...earlier, ...dropped].includes(act.url)) other.wanted.delete(`sync ${act.url}`);
          }
          // As the worker does: with a Retry-After it stays, disabled; here the simpler half is enough.
          else if (act.what === 'remove')
            peers = peers.filter((peer) => !isIt(peer) || retryAfterUntil(peer) > 0);
          else peers = peers.map((peer) => (isIt(peer) ? marked(peer, act, now) : peer));
        }
        for (const act of before) other.act(act);
        during = [...meanwhile];
        const noteworthy = [...peers];
        await store.save(noteworthy);
        // A peer that we added stays, even if another program removed it before.
        for (const url of syncUrls(peers)) if (!earlier.includes(url)) other.removed.delete(`sync ${url}`);
        earlier = syncUrls(peers);
        for (const peer of noteworthy) {
          if (peer.bucket !== 'sync') continue;
          silence.set(peer.peerUrl, Math.max(silence.get(peer.peerUrl) ?? 0, retryAfterUntil(peer)));
        }

        const records = new Map(other.records().map((record) => [keyOf(record), record]));
        for (const [key, wanted] of other.wanted) {
          const record = records.get(key);
          const isOurs = key.startsWith('sync ');
          if (record === undefined) {
            expectThat(isOurs && !syncUrls(peers).includes(key.slice(5)), () => `${key} is lost`);
            other.wanted.delete(key);
            continue;
          }
          const { metadata, ...fields } = wanted;
          for (const [field, value] of Object.entries(fields))
            expectEqual(record[field], value, `${key} ${field}`);
          for (const [field, value] of Object.entries((metadata ?? {}) as Raw)) {
            expectEqual((record['metadata'] as Raw)[field], value, `${key} metadata ${field}`);
          }
        }
        for (const peer of peers) {
          const record = records.get(`${peer.bucket} ${peer.peerUrl}`);
          const wire = peerToWire(peer);
          if (record === undefined || (record['metadata'] as Raw)['removed'] === true) continue;
          for (const field of [
            'updated_at',
            'last_seen_at',
            'last_sync_ok_at',
            'last_error',
            'failure_count',
          ]) {
            expectEqual(record[field], wire[field], `${peer.peerUrl} ${field}`);
          }
        }
        for (const [url, until] of silence) {
          const metadata = records.get(`sync ${url}`)?.['metadata'] as Raw | undefined;
          const kept = Number(metadata?.['retry_after_until'] ?? 0);
          expectThat(kept >= until, () => `${url} named ${until}, the file has ${kept}`);
        }
        for (const key of other.removed) {
          const metadata = records.get(key)?.['metadata'] as Raw | undefined;
          const isBack = records.has(key) && metadata?.['removed'] !== true;
          expectThat(!isBack, () => `${key} is back`);
        }
        if (restart) {
          store = open();
          const loaded = (await store.load(fail)) ?? [];
          peers = loaded.filter(({ removed }) => !removed);
          earlier = syncUrls(peers);
          dropped = syncUrls(loaded).filter((url) => !earlier.includes(url));
          for (const url of silence.keys()) if (!syncUrls(peers).includes(url)) silence.delete(url);
        }
      }
    }),
  );
});

describe('a shared peer file', () => {
  test('keeps what a newer program put around and into the records, to the spelling of its numbers', async () => {
    const { path } = await tempFolder();
    const file = join(path, 'peers.json');
    const written =
      '{"schema":{"minor":3,"records":[]},"version":1,"records":[{"bucket":"sync","peer_url":"HTTP://A.example:80/",' +
      '"probed_ns":1760000000000000001,"score":5.0,"metadata":{"rtt":0.10}},' +
      '{"bucket":"archive","peer_url":"http://z.example"}]}';
    writeFileSync(file, written);
    const store = openPeerFile(file);
    const peers = (await store.load(() => undefined)) ?? [];
    expect(peers.map(({ peerUrl }) => peerUrl)).toEqual(['http://a.example']);
    await store.save(peers.map((peer) => recordSyncSuccess(peer, { now: 1_800_000_000 })));
    const text = (await readFile(file, 'utf8')).replaceAll(/\s/g, '').replace(/crc32-[0-9a-f]{8}/, '…');
    expect(text).toBe(
      '{"schema":{"minor":3,"records":[]},"version":1,"records":[{"bucket":"archive","peer_url":"http://z.example"},' +
        '{"bucket":"sync","peer_url":"HTTP://A.example:80/","probed_ns":1760000000000000001,"score":5.0,' +
        '"metadata":{"rtt":0.10,"last_asked_at":1800000000},"updated_at":1800000000,' +
        '"last_seen_at":1800000000,"last_sync_ok_at":1800000000}],"checksum":"…"}',
    );
  });

  test('loses the sync peers that we removed, and never those of other buckets', async () => {
    const { path } = await tempFolder();
    const file = join(path, 'peers.json');
    const records = buckets.map((bucket) =>
      peerToWire(createPeerRecord({ bucket, peerUrl: 'http://a.example' })),
    );
    writeFileSync(file, JSON.stringify({ version: 1, records }));
    const store = openPeerFile(file);
    await store.load(() => undefined);
    await store.save([]);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ records: [{ bucket: 'push' }] });
  });

  test('is reported as unwritable if another program never stops changing it', async () => {
    const { path } = await tempFolder();
    const file = join(path, 'peers.json');
    let round = 0;
    const store = openPeerFile(file, {
      ...systemPorts.fs,
      open: (path, flags, mode) => {
        round += 1;
        if (flags === 'wx') writeFileSync(file, JSON.stringify({ version: 1, round, records: [] }));
        return systemPorts.fs.open(path, flags, mode);
      },
    });
    await expect(store.save([createPeerRecord('http://a.example')])).rejects.toMatchObject({
      code: 'storage_unwritable',
      message: `${file} could not be written: another program changed it 20 times meanwhile`,
    });
  });

  test('is written by one storage at a time if several in one process share it', async () => {
    const { path } = await tempFolder();
    const file = join(path, 'peers.json');
    const names = Array.from({ length: 30 }, (_, index) => `http://p${index}.example`);
    await Promise.all(names.map((name) => openPeerFile(file).save([createPeerRecord(name)])));
    const { records } = JSON.parse(await readFile(file, 'utf8')) as { records: Raw[] };
    expect(records.map((record) => record['peer_url'])).toEqual(names.toSorted());
  });

  test('is read again by a save only after somebody else has changed it', async () => {
    const { path } = await tempFolder();
    const file = join(path, 'peers.json');
    let reads = 0;
    const store = openPeerFile(file, {
      ...systemPorts.fs,
      open: (name, flags, mode) => {
        if (name === file) reads += 1;
        return systemPorts.fs.open(name, flags, mode);
      },
    });
    await store.load(() => undefined);
    const peer = createPeerRecord('http://a.example');
    for (let now = 1; now <= 5; now += 1) await store.save([recordSyncSuccess(peer, { now })]);
    expect(reads).toBe(0);
    writeFileSync(file, await readFile(file, 'utf8'));
    await store.save([peer]);
    expect(reads).toBe(1);
  });
});
