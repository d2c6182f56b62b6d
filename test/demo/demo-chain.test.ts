import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ChainEvent, createDemoChain, eventId, signedText } from '../../src/demo/demo-chain.ts';
import { GENESIS } from '../../src/demo/infonet-protocol.ts';
import { recordedEvent } from './recorded-event.ts';

describe('the rules of an event', () => {
  it('give the id of a recorded event of the reference', () => {
    expect(eventId(recordedEvent)).toBe(recordedEvent.event_id);
  });

  it('give the text that its signature is over', () => {
    expect(isSigned(recordedEvent)).toBe(true);
    expect(isSigned({ ...recordedEvent, sequence: 2 })).toBe(false);
  });
});

describe('the demo chain', () => {
  it('holds linked, signed events with rising sequences, of one node', () => {
    const events = createDemoChain({ now: () => 1000, greeting: 'hello', firstEvents: 5 }).events();
    expect(events).toHaveLength(5);
    expect(events.map((event) => event.prev_hash)).toEqual([
      GENESIS,
      ...events.slice(0, -1).map((event) => event.event_id),
    ]);
    expect(events.map((event) => event.event_id)).toEqual(events.map(eventId));
    expect(events.every(isSigned)).toBe(true);
    expect(events.map((event) => event.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(events.map((event) => event.node_id))).toEqual(new Set([nodeIdOf(events[0])]));
  });

  it('grows by one event a second, and never shrinks', () => {
    let now = 1000;
    const chain = createDemoChain({ now: () => now, greeting: 'hello', firstEvents: 3 });
    const counts = [1000, 1000.9, 1001, 1007.5, 900].map((time) => {
      now = time;
      return chain.events().length;
    });
    expect(counts).toEqual([3, 3, 4, 10, 10]);
  });

  it('shares nothing with another one', () => {
    const [one, other] = ['hello', 'hello'].map((greeting) =>
      createDemoChain({ now: () => 1000, greeting }).events(),
    );
    expect(one?.[0]?.event_id).not.toBe(other?.[0]?.event_id);
  });
});

function isSigned(event: ChainEvent): boolean {
  const x = Buffer.from(event.public_key, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(signedText(event)), key, Buffer.from(event.signature, 'hex'));
}

function nodeIdOf(event: ChainEvent | undefined): string {
  const key = Buffer.from(event?.public_key ?? '', 'base64');
  return `!sb_${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}
