import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type ChainStore, createMemoryChain, openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import type { EventType } from '../../../src/infonet/events/event-types.ts';
import { isJsonObject, type JsonValue } from '../../../src/infonet/json/json-value.ts';
import { readJson } from '../../../src/infonet/json/read-json.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { fc } from '../../support/property.ts';
import { VALID_PAYLOADS } from '../payloads.ts';
import { RECORDED_HEAD, recordedEvents } from '../recorded-exchanges.ts';

const folder = await mkdtemp(join(tmpdir(), 'chain-store-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

let made = 0;
const newFolder = (): string => {
  made += 1;
  return join(folder, String(made));
};

const idOf = (event: JsonValue | undefined): string =>
  isJsonObject(event) ? String(event.get('event_id')) : '';
const everything = { limit: 500, publicOnly: false };
const bad: JsonValue = new Map([...(recordedEvents[5] ?? []), ['signature', '00']]);

describe.each([
  ['in memory', async (): Promise<ChainStore> => createMemoryChain()],
  ['on disk', () => openDiskChain(newFolder())],
])('a chain %s', (_, open) => {
  test('starts at genesis', async () => {
    const chain = await open();
    expect([chain.head(), chain.count()]).toEqual(['', 0]);
    expect(await chain.page([GENESIS_HASH], everything)).toEqual({
      matchedHash: GENESIS_HASH,
      forked: false,
      events: [],
    });
    await chain.close();
  });

  test('takes recorded events, whatever the pages, and serves what it took', async () => {
    const chain = await open();
    for (let at = 0; at < recordedEvents.length; at += 37) {
      expect((await chain.ingest(recordedEvents.slice(at, at + 37))).refused).toBeUndefined();
    }
    expect([chain.head(), chain.count()]).toEqual([RECORDED_HEAD, 260]);
    const { events } = await chain.page([GENESIS_HASH], everything);
    const copy = createMemoryChain();
    await copy.ingest(events.map((text) => readJson(Buffer.from(text))));
    expect([copy.head(), copy.count()]).toEqual([RECORDED_HEAD, 260]);
    await chain.close();
  });

  test('keeps what came before an event that is refused, and nothing after it', async () => {
    const chain = await open();
    const report = await chain.ingest([...recordedEvents.slice(0, 5), bad, ...recordedEvents.slice(5, 9)]);
    expect(report).toMatchObject({
      accepted: 5,
      duplicates: 0,
      refused: expect.stringContaining('does not verify'),
    });
    expect([chain.head(), chain.count()]).toEqual([idOf(recordedEvents[4]), 5]);
    expect((await chain.ingest(recordedEvents.slice(5, 9))).accepted).toBe(4);
    await chain.close();
  });

  test('counts what it has already, in the page and in the chain', async () => {
    const chain = await open();
    await chain.ingest(recordedEvents.slice(0, 10));
    const again = [...recordedEvents.slice(5, 12), ...recordedEvents.slice(11, 13)];
    expect(await chain.ingest(again)).toMatchObject({ accepted: 3, duplicates: 6, refused: undefined });
    await chain.close();
  });

  test('remembers the last sequence of a node across pages, for public and private events apart', async () => {
    const chain = await open();
    const author = createEventAuthor();
    const add = (sequence: number, type: EventType) =>
      chain.ingest([
        author.write({ head: chain.head(), sequence, timestamp: 1, payload: VALID_PAYLOADS[type], type }),
      ]);
    expect((await add(3, 'message')).accepted).toBe(1);
    expect((await add(1, 'gate_message')).accepted).toBe(1);
    expect((await add(1, 'dm_message')).accepted).toBe(1);
    expect((await add(3, 'vote')).refused).toContain('its node was at 3');
    expect((await add(1, 'gate_message')).refused).toContain('its node was at 1');
    expect((await add(4, 'vote')).accepted).toBe(1);
    await chain.close();
  });

  test('serves what follows the first id it knows, and says when it knows none', async () => {
    const chain = await open();
    await chain.ingest(recordedEvents.slice(0, 30));
    const unknown = 'f'.repeat(64);
    const after = await chain.page([unknown, idOf(recordedEvents[9]), GENESIS_HASH], {
      limit: 5,
      publicOnly: false,
    });
    expect(after.matchedHash).toBe(idOf(recordedEvents[9]));
    expect(after.events.map((text) => idOf(readJson(Buffer.from(text))))).toEqual(
      recordedEvents.slice(10, 15).map(idOf),
    );
    expect(await chain.page([unknown], everything)).toEqual({ matchedHash: '', forked: true, events: [] });
    expect(await chain.page([unknown, GENESIS_HASH], everything)).toMatchObject({
      matchedHash: GENESIS_HASH,
      forked: true,
    });
    expect(await chain.page([idOf(recordedEvents[29])], everything)).toMatchObject({
      forked: false,
      events: [],
    });
    await chain.close();
  });

  test('leaves private events out for the public', async () => {
    const chain = await open();
    const author = createEventAuthor();
    for (const [index, type] of (['message', 'gate_message', 'dm_message', 'message'] as const).entries()) {
      await chain.ingest([
        author.write({
          head: chain.head(),
          sequence: index + 1,
          timestamp: 1,
          payload: VALID_PAYLOADS[type],
          type,
        }),
      ]);
    }
    const types = async (publicOnly: boolean): Promise<unknown[]> => {
      const { events } = await chain.page([GENESIS_HASH], { limit: 10, publicOnly });
      return events.map((text) => JSON.parse(text).event_type);
    };
    expect(await types(true)).toEqual(['message', 'message']);
    expect(await types(false)).toEqual(['message', 'gate_message', 'dm_message', 'message']);
    await chain.close();
  });

  test('takes pages that come at the same time one after the other', async () => {
    const chain = await open();
    const pages = [0, 20, 40].map((at) => recordedEvents.slice(at, at + 20));
    const reports = await Promise.all([...pages, ...pages].map((page) => chain.ingest(page)));
    expect(reports.map(({ accepted, duplicates }) => [accepted, duplicates])).toEqual([
      [20, 0],
      [20, 0],
      [20, 0],
      [0, 20],
      [0, 20],
      [0, 20],
    ]);
    await chain.close();
  });

  test('keeps nothing of a page that is given up, and takes the next', async () => {
    const chain = await open();
    const controller = new AbortController();
    const given = chain.ingest(recordedEvents, { signal: controller.signal });
    controller.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    expect(chain.count()).toBe(0);
    expect((await chain.ingest(recordedEvents.slice(0, 3))).accepted).toBe(3);
    await chain.close();
  });

  test('starts anew at genesis when it is set aside', async () => {
    const chain = await open();
    await chain.ingest(recordedEvents.slice(0, 12));
    expect(await chain.reset()).not.toBe('');
    expect([chain.head(), chain.count(), await chain.locator()]).toEqual(['', 0, [GENESIS_HASH]]);
    expect((await chain.ingest(recordedEvents.slice(0, 12))).accepted).toBe(12);
    await chain.close();
  });
});

test('whatever is offered in whatever order, a chain holds a beginning of the true one', async () => {
  const offer = fc.array(
    fc
      .record({ from: fc.nat(40), to: fc.nat(40), spoil: fc.boolean() })
      .map(({ from, to, spoil }) => [
        ...recordedEvents.slice(Math.min(from, to), Math.max(from, to)),
        ...(spoil ? [bad] : []),
      ]),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(offer, async (pages) => {
      const chain = createMemoryChain();
      for (const page of pages) await chain.ingest(page);
      const { events } = await chain.page([GENESIS_HASH], everything);
      const ids = events.map((text) => idOf(readJson(Buffer.from(text))));
      expect(ids).toEqual(recordedEvents.slice(0, ids.length).map(idOf));
      expect([chain.count(), chain.head()]).toEqual([ids.length, ids.at(-1) ?? '']);
    }),
  );
});

describe('a folder', () => {
  test('has the chain again when it is opened again', async () => {
    const place = newFolder();
    const before = await openDiskChain(place);
    await before.ingest(recordedEvents);
    const locator = await before.locator();
    await before.close();
    const after = await openDiskChain(place);
    expect([after.head(), after.count(), await after.locator()]).toEqual([RECORDED_HEAD, 260, locator]);
    await after.close();
  });

  test('keeps every chain that was set aside, beside the new one', async () => {
    const place = newFolder();
    const chain = await openDiskChain(place);
    await chain.ingest(recordedEvents.slice(0, 7));
    const first = await chain.reset();
    await chain.ingest(recordedEvents.slice(0, 3));
    const second = await chain.reset();
    await chain.close();
    expect([first, second]).toEqual([`${place}.forked-1`, `${place}.forked-2`]);
    const kept = await openDiskChain(first);
    expect([kept.count(), kept.head()]).toEqual([7, idOf(recordedEvents[6])]);
    await kept.close();
    expect((await readdir(folder)).filter((name) => join(folder, name).startsWith(place)).length).toBe(3);
  });

  test('is open once at a time, and says so', async () => {
    const place = newFolder();
    const chain = await openDiskChain(place);
    await expect(openDiskChain(place)).rejects.toThrow(`the chain in ${place} cannot be opened`);
    await chain.close();
  });
});
