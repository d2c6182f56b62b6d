import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readStatus } from '../../../src/control/read-status.ts';
import { type ChainStore, createMemoryChain, openDiskChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import { gateDirectory, trackGates } from '../../../src/infonet/gate-directory.ts';
import { openDiskRecords } from '../../../src/infonet/hydration/disk-records.ts';
import { createGateStore } from '../../../src/infonet/hydration/gate-store.ts';
import { hydrateChain } from '../../../src/infonet/hydration/hydrate-chain.ts';
import { createMailbox } from '../../../src/infonet/hydration/mailbox.ts';
import { createMemoryRecords, type RecordStore } from '../../../src/infonet/hydration/records.ts';
import { statusOf } from '../../../src/operations/worker-status.ts';
import { createSyncWorker } from '../../../src/worker/create-sync-worker.ts';
import { directPayload, gatePayload, sealed } from '../payloads.ts';
import { RECORDED_NOW, recordedChain } from '../recorded-private.ts';

const START = 1_700_000_000;
let clock = START;
const now = (): number => clock;
const fail = (error: unknown): never => {
  throw error;
};
const box = { deliveryClass: 'request', key: 'recipient-1' } as const;

const folder = await mkdtemp(join(tmpdir(), 'hydration-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
let made = 0;

/** A mailbox, and the same one as it is after the process ended. */
const kinds: readonly (readonly [string, () => () => Promise<RecordStore>])[] = [
  [
    'in memory',
    () => {
      const records = createMemoryRecords();
      return async () => records;
    },
  ],
  [
    'on disk',
    () => {
      made += 1;
      const place = join(folder, String(made));
      return () => openDiskRecords(place);
    },
  ],
];

describe.each(kinds)('a mailbox %s', (_, place) => {
  test('gets each direct message once: not again after it was claimed, nor after a restart', async () => {
    clock = START;
    const open = place();
    const source = createMemoryChain({ now });
    const author = createEventAuthor();
    const id = await author.appendDirectMessage(
      source,
      directPayload({ sender_seal: 'seal', session_welcome: 'welcome', relay_salt: 'salt' }),
      clock,
    );
    let mailbox = createMailbox({ records: await open(), now });
    await hydrateChain(source, { mailbox, onError: fail });
    clock = START + 5;
    const [message, ...more] = await mailbox.poll(box);
    expect(more).toEqual([]);
    const hash = createHash('sha256').update(`hashchain-dm-sender|${id}|${author.nodeId}`).digest('hex');
    const payload = directPayload({ sender_seal: 'seal', session_welcome: 'welcome', relay_salt: 'salt' });
    expect(message).toEqual({
      eventId: id,
      sender: `sender_token:${hash}`,
      messageId: 'dm-1',
      deliveryClass: 'request',
      recipientToken: '',
      ciphertext: payload.ciphertext,
      format: 'mls1',
      senderSeal: 'seal',
      sessionWelcome: 'welcome',
      depositedAt: START,
    });
    expect(await mailbox.claim(box)).toEqual([message]);
    expect(await mailbox.claim(box)).toEqual([]);
    await hydrateChain(source, { mailbox, onError: fail });
    expect(await mailbox.poll(box)).toEqual([]);
    await mailbox.close();
    mailbox = createMailbox({ records: await open(), now });
    await hydrateChain(source, { mailbox, onError: fail });
    expect(await mailbox.poll(box)).toEqual([]);
    await mailbox.close();
  });

  test('keeps what waits over a restart, in order, and drops it after an hour', async () => {
    clock = START;
    const open = place();
    let mailbox = createMailbox({ records: await open(), now });
    const source = createMemoryChain({ now });
    const ids: string[] = [];
    for (const at of [0, 1]) {
      ids.push(
        await createEventAuthor().appendDirectMessage(source, directPayload({ msg_id: `dm-${at}` }), clock),
      );
      await mailbox.close();
      mailbox = createMailbox({ records: await open(), now });
      await hydrateChain(source, { mailbox, onError: fail });
    }
    const waiting = async (): Promise<string[]> => (await mailbox.poll(box)).map(({ eventId }) => eventId);
    expect(new Set(await waiting())).toEqual(new Set(ids));
    clock = START + 3_600;
    expect((await waiting()).length).toBe(2);
    clock = START + 3_601;
    expect(await waiting()).toEqual([]);
    await hydrateChain(source, { mailbox, onError: fail });
    expect(await waiting()).toEqual([]);
    await mailbox.close();
  });

  test('has room for two messages of a sender and for twelve of requests; the others come when there is room', async () => {
    clock = START;
    const mailbox = createMailbox({ records: await place()(), now });
    const chain = createMemoryChain({ now });
    const authors = Array.from({ length: 11 }, () => createEventAuthor());
    const send = async (who: number, more: number): Promise<string> => {
      // The chain itself has room for two an hour.
      clock += 3_601;
      return (authors[who] ?? fail('no author')).appendDirectMessage(
        chain,
        directPayload({ msg_id: `dm-${who}-${more}` }),
        clock,
      );
    };
    for (const more of [1, 2, 3]) await send(0, more);
    for (let who = 1; who <= 10; who += 1) await send(who, 1);
    const last = await send(1, 2);
    const hydrated = await hydrateChain(chain, { mailbox, onError: fail });
    const waiting = await mailbox.poll(box);
    expect(waiting.map(({ messageId }) => messageId)).toEqual([
      'dm-0-1',
      'dm-0-2',
      ...Array.from({ length: 10 }, (_, at) => `dm-${at + 1}-1`),
    ]);
    await mailbox.claim(
      box,
      waiting.slice(0, 2).map(({ eventId }) => eventId),
    );
    await hydrated.ingest([
      createEventAuthor().write({ head: chain.head(), sequence: 1, timestamp: 5, payload: {} }),
    ]);
    expect((await mailbox.poll(box)).slice(10).map(({ messageId }) => messageId)).toEqual([
      'dm-0-3',
      'dm-1-2',
    ]);
    expect(await mailbox.knows(last)).toBe(true);
    await mailbox.close();
  });

  test('keeps messages of two senders with an equal msg_id, and each box for itself', async () => {
    clock = START;
    const mailbox = createMailbox({ records: await place()(), now });
    const chain = await hydrateChain(createMemoryChain({ now }), { mailbox, onError: fail });
    for (const author of [createEventAuthor(), createEventAuthor()]) {
      await author.appendDirectMessage(chain, directPayload(), clock);
    }
    const shared = directPayload({ delivery_class: 'shared', recipient_token: ' recipient-1' });
    await createEventAuthor().appendDirectMessage(chain, shared, clock);
    expect((await mailbox.poll(box)).length).toBe(2);
    expect((await mailbox.poll({ deliveryClass: 'shared', key: 'recipient-1' })).length).toBe(1);
    expect(await mailbox.poll({ deliveryClass: 'request', key: 'recipient' })).toEqual([]);
    await mailbox.close();
  });
});

describe.each(kinds)('a store of gate messages %s', (_, place) => {
  test('gets each gate message once, and knows what nobody signed', async () => {
    const open = place();
    const source = createMemoryChain({ now: () => RECORDED_NOW });
    await source.ingest(recordedChain('all'));
    let gateStore = createGateStore(await open());
    await hydrateChain(source, { gateStore, onError: fail });
    const messages = await gateStore.messages('ops-xa');
    expect(messages.length).toBe(64);
    const unsigned = messages.filter(({ epoch }) => epoch === 3).map((message) => message.unsigned);
    expect(unsigned.slice(0, 4)).toEqual([[], ['epoch'], ['reply_to'], ['epoch', 'reply_to']]);
    expect(messages.find(({ gateEnvelope }) => gateEnvelope !== '')?.unsigned).toContain('gate_envelope');
    expect(JSON.stringify(messages)).not.toContain('signed_context":{');
    await gateStore.close();
    gateStore = createGateStore(await open());
    await hydrateChain(source, { gateStore, onError: fail });
    expect((await gateStore.messages('ops-xa', { after: 60 })).map(({ eventId }) => eventId)).toEqual(
      messages.slice(60).map(({ eventId }) => eventId),
    );
    expect((await gateStore.messages('ops-xa', { limit: 500 })).length).toBe(64);
    expect(await gateStore.messages('another')).toEqual([]);
    await gateStore.close();
  });

  test('keeps one of messages that say the same at the same time', async () => {
    clock = START;
    const gateStore = createGateStore(await place()());
    const chain = await hydrateChain(createMemoryChain({ now }), { gateStore, onError: fail });
    const same = gatePayload();
    const ids: string[] = [];
    for (const author of [createEventAuthor(), createEventAuthor()]) {
      ids.push(await author.appendGateMessage(chain, same, clock));
    }
    await createEventAuthor().appendGateMessage(chain, { ...same, nonce: sealed(12, 'other') }, clock);
    expect((await gateStore.messages('ops')).length).toBe(2);
    expect(await Promise.all(ids.map((id) => gateStore.knows(id)))).toEqual([true, true]);
    await gateStore.close();
  });
});

test('what is handed on comes from the chain, never from what was offered', async () => {
  clock = START;
  const mailbox = createMailbox({ now });
  const chain = createMemoryChain({ now });
  const hydrated = await hydrateChain(chain, { mailbox, onError: fail });
  const event = createEventAuthor().write({
    head: '',
    sequence: 1,
    timestamp: clock,
    type: 'dm_message',
    payload: directPayload(),
  });
  await hydrated.ingest([event]);
  const forged = new Map([
    ...(event as Map<string, never>),
    ['payload', new Map([['recipient_id', 'x']])],
  ] as const);
  expect(await hydrated.ingest([forged])).toMatchObject({ accepted: 0 });
  expect((await mailbox.poll(box)).length).toBe(1);
  expect(await mailbox.poll({ deliveryClass: 'request', key: 'x' })).toEqual([]);
});

test('a chain that was set aside is handed on from its new beginning', async () => {
  clock = START;
  const mailbox = createMailbox({ now });
  const chain: ChainStore = await hydrateChain(createMemoryChain({ now }), { mailbox, onError: fail });
  await createEventAuthor().appendDirectMessage(chain, directPayload(), clock);
  await chain.reset();
  await createEventAuthor().appendDirectMessage(chain, directPayload({ msg_id: 'dm-2' }), clock);
  expect((await mailbox.poll(box)).map(({ messageId }) => messageId)).toEqual(['dm-1', 'dm-2']);
});

test('a mailbox that fails is reported, fails no ingest, and gets the messages at the next one', async () => {
  clock = START;
  const errors: unknown[] = [];
  const mailbox = createMailbox({ now });
  let isBroken = true;
  const chain = await hydrateChain(createMemoryChain({ now }), {
    mailbox: {
      ...mailbox,
      deliver: (event) => (isBroken ? Promise.reject(new Error('no room on disk')) : mailbox.deliver(event)),
    },
    onError: (error) => errors.push(error),
  });
  await createEventAuthor().appendDirectMessage(chain, directPayload(), clock);
  expect(errors).toEqual([new Error('no room on disk')]);
  isBroken = false;
  await createEventAuthor().appendGateMessage(chain, gatePayload(), clock);
  expect((await mailbox.poll(box)).length).toBe(1);
});

test('the directory of gates counts messages, and has the one last seen first', async () => {
  const chain = createMemoryChain({ now: () => RECORDED_NOW });
  await chain.ingest(recordedChain('all'));
  await createEventAuthor().appendGateMessage(chain, gatePayload({ gate: 'later' }), RECORDED_NOW);
  const [later, ops, ...more] = await gateDirectory(chain);
  expect(more).toEqual([]);
  expect(later).toEqual({ gate: 'later', messages: 1, lastSeen: RECORDED_NOW });
  expect(ops).toMatchObject({ gate: 'ops-xa', messages: 64 });
});

test('a chain that tracks its gates keeps count with each ingest, also of pages at once, and begins anew when it is set aside', async () => {
  const chain = await trackGates(createMemoryChain({ now: () => RECORDED_NOW }));
  const events = recordedChain('all');
  await Promise.all([chain.ingest(events.slice(0, 40)), chain.ingest(events.slice(40))]);
  expect(chain.gates()).toMatchObject([{ gate: 'ops-xa', messages: 64 }]);
  const worker = createSyncWorker({ sync: async () => ({ head: '' }) });
  expect(readStatus(JSON.parse(JSON.stringify(statusOf(worker, chain)))).gates).toEqual(chain.gates());
  await chain.reset();
  expect(chain.gates()).toEqual([]);
  await chain.ingest(events.slice(0, 10));
  expect(chain.gates()).toMatchObject([{ gate: 'ops-xa', messages: 2 }]);
});

test('a chain that tracks its gates counts them anew where its folder was wiped', async () => {
  const place = join(folder, 'wiped');
  const chain = await trackGates(await openDiskChain(place, { now: () => RECORDED_NOW }));
  const events = recordedChain('all');
  await chain.ingest(events);
  await rm(place, { recursive: true });
  await expect(chain.locator()).rejects.toThrow('removed or replaced');
  await chain.ingest(events.slice(0, 10));
  expect(chain.gates()).toMatchObject([{ gate: 'ops-xa', messages: 2 }]);
  await chain.close();
});
