import { expect, test } from 'vitest';
import { type ChainStore, createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import type { MailboxAddress } from '../../../src/infonet/events/message-spool.ts';
import { type FollowLimits, followChain } from '../../../src/infonet/hydration/follow-chain.ts';
import { createGateStore, type GateStore } from '../../../src/infonet/hydration/gate-store.ts';
import { hydrateChain } from '../../../src/infonet/hydration/hydrate-chain.ts';
import { createMailbox, type Mailbox } from '../../../src/infonet/hydration/mailbox.ts';
import { directMessages, gateMessages } from '../../../src/infonet/hydration/receivers.ts';
import { createMemoryRecords, type RecordStore } from '../../../src/infonet/hydration/records.ts';
import { fc } from '../../support/property.ts';
import { directPayload, gatePayload } from '../payloads.ts';

const START = 1_700_000_000;
const box: MailboxAddress = { deliveryClass: 'request', key: 'recipient-1' };
const authors = [createEventAuthor(), createEventAuthor(), createEventAuthor()] as const;

/** A node whose process may be killed at each write to its mailbox or gate store; what was written stays. */
class MortalNode {
  readonly #records = { mailbox: createMemoryRecords(), gates: createMemoryRecords() };
  readonly #limits: FollowLimits;
  #writesLeft = Number.POSITIVE_INFINITY;
  // The chain has room for two messages an hour, and the mailbox forgets in an hour: each has a clock of its own.
  #chainClock = START;
  #count = 0;
  readonly chain: ChainStore = createMemoryChain({ now: () => this.#chainClock });
  readonly directIds: string[] = [];
  readonly gateIds: string[] = [];
  readonly claimed: string[] = [];
  #mailbox: Mailbox;
  #gates: GateStore;
  #follow: readonly (() => Promise<void>)[] = [];

  constructor(limits: FollowLimits) {
    this.#limits = limits;
    [this.#mailbox, this.#gates] = this.#open();
  }

  #open(): [Mailbox, GateStore] {
    const mailbox = createMailbox({ records: this.#mortal(this.#records.mailbox), now: () => START });
    const gates = createGateStore(this.#mortal(this.#records.gates));
    this.#follow = [directMessages(mailbox), gateMessages(gates)].map((receiver) =>
      followChain(this.chain, receiver, this.#limits),
    );
    return [mailbox, gates];
  }

  #mortal(records: RecordStore): RecordStore {
    return {
      ...records,
      write: async (changes) => {
        if (this.#writesLeft <= 0) throw new Error('killed');
        this.#writesLeft -= 1;
        await records.write(changes);
      },
    };
  }

  killAfter(writes: number): void {
    this.#writesLeft = writes;
  }

  async start(): Promise<void> {
    this.#writesLeft = Number.POSITIVE_INFINITY;
    [this.#mailbox, this.#gates] = this.#open();
    await this.handOn();
  }

  async handOn(): Promise<void> {
    for (const follow of this.#follow) {
      await follow().catch((error: unknown) => {
        if (this.#writesLeft > 0) throw error;
      });
    }
  }

  async append(kind: 'direct' | 'gate' | 'public', who: number): Promise<void> {
    this.#chainClock += 3_601;
    this.#count += 1;
    const author = authors[who] ?? authors[0];
    const own = { msg_id: `dm-${this.#count}`, timestamp: this.#chainClock };
    const payload = { message: `public ${this.#count}` };
    if (kind === 'direct') {
      this.directIds.push(await author.appendDirectMessage(this.chain, directPayload(own), this.#chainClock));
    } else if (kind === 'gate') {
      const message = gatePayload({ sender_ref: `ref-${this.#count}` });
      this.gateIds.push(await author.appendGateMessage(this.chain, message, this.#chainClock));
    } else {
      const sequence = (await this.chain.lastSequence(author.nodeId, 'message')) + 1;
      const event = author.write({
        head: this.chain.head(),
        sequence,
        timestamp: this.#chainClock,
        payload: { destination: 'broadcast', channel: 'c', priority: 'normal', ephemeral: false, ...payload },
      });
      expect((await this.chain.ingest([event])).accepted).toBe(1);
    }
  }

  async claim(): Promise<number> {
    if (this.#writesLeft <= 0) return 0;
    const messages = await this.#mailbox.claim(box);
    this.claimed.push(...messages.map(({ eventId }) => eventId));
    return messages.length;
  }

  /** Until nothing comes any more: a full box gives room a part at a time. */
  async claimAll(): Promise<void> {
    do await this.start();
    while ((await this.claim()) > 0);
  }

  async shownInGate(): Promise<string[]> {
    return (await this.#gates.messages('ops', { limit: 1_000 })).map(({ eventId }) => eventId);
  }
}

const who = fc.nat({ max: authors.length - 1 });
const count = fc.integer({ min: 1, max: 5 });
const step = fc.oneof(
  // A box has room for two messages of a sender, so that some of these find none.
  fc.record({ kind: fc.constantFrom('direct' as const, 'gate' as const, 'public' as const), who, count }),
  fc.record({ kind: fc.constant('claim' as const) }),
  fc.record({ kind: fc.constant('claim' as const) }),
  fc.record({ kind: fc.constant('start' as const) }),
  fc.record({ kind: fc.constant('kill' as const), writes: fc.nat({ max: 3 }) }),
);
const limits = fc.record({
  maxWaiting: fc.integer({ min: 1, max: 2 }),
  cursorStep: fc.integer({ min: 1, max: 4 }),
});

test('each message is delivered once, wherever the process is killed between the chain, the message and the cursor', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), limits, async (steps, chosen) => {
      const node = new MortalNode(chosen);
      for (const one of steps) {
        if (one.kind === 'claim') await node.claim();
        else if (one.kind === 'start') await node.start();
        else if (one.kind === 'kill') node.killAfter(one.writes);
        else {
          for (let at = 0; at < one.count; at += 1) await node.append(one.kind, one.who);
          await node.handOn();
        }
      }
      await node.claimAll();
      expect([...node.claimed].sort()).toEqual([...node.directIds].sort());
      expect(await node.shownInGate()).toEqual(node.gateIds);
    }),
  );
});

test('a start goes on near the end of the chain, and does not read all of it', async () => {
  const author = authors[0];
  const chain = createMemoryChain();
  const records = createMemoryRecords();
  let read = 0;
  const counting: ChainStore = {
    ...chain,
    page: async (...given) => {
      const page = await chain.page(...given);
      read += page.events.length;
      return page;
    },
  };
  const events = [];
  let head = '';
  for (let sequence = 1; sequence <= 1_700; sequence += 1) {
    const event = author.write({ head, sequence, timestamp: START, payload: { message: String(sequence) } });
    head = String((event as Map<string, unknown>).get('event_id'));
    events.push(event);
  }
  await chain.ingest(events);
  const hydrate = async (): Promise<void> => {
    const onError = (error: unknown): never => {
      throw error;
    };
    await hydrateChain(counting, { mailbox: createMailbox({ records }), onError });
  };
  await hydrate();
  expect(read).toBe(1_700);
  read = 0;
  await hydrate();
  expect(read).toBe(200);
});
