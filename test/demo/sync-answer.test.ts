import { describe, expect, it } from 'vitest';
import { createDemoChain } from '../../src/demo/demo-chain.ts';
import { GENESIS, PROTOCOL } from '../../src/demo/infonet-protocol.ts';
import { answerSync } from '../../src/demo/sync-answer.ts';

const events = createDemoChain({ now: () => 1000, greeting: 'hello', firstEvents: 7 }).events();
const ids = events.map((event) => event.event_id);
const head = ids[6];
const stranger = 'f'.repeat(64);

function ask(locator: unknown, limit: unknown = 100): ReturnType<typeof answerSync> {
  return answerSync(events, { protocol_version: PROTOCOL, locator, limit });
}

describe('a peer', () => {
  it.each([
    ['from the beginning', [GENESIS], 0, 7],
    ['after the newest id it knows', [ids[3], ids[2], GENESIS], 4, 7],
    ['after an id further back, if it does not know the newest', [stranger, ids[1], GENESIS], 2, 7],
    ['nothing to who has all', [head, GENESIS], 7, 7],
  ])('serves %s', (_, locator, from, to) => {
    const matched_hash = from === 0 ? GENESIS : ids[from - 1];
    expect(ask(locator)).toEqual({
      status: 200,
      body: {
        events: events.slice(from, to),
        matched_hash,
        forked: false,
        head_hash: head,
        count: to - from,
        protocol_version: PROTOCOL,
      },
    });
  });

  it('serves no more than it is asked for, and still names the head of the whole chain', () => {
    expect(ask([GENESIS], 3).body).toMatchObject({ events: events.slice(0, 3), count: 3, head_hash: head });
  });

  it.each([
    ['only genesis is shared', [stranger, GENESIS], GENESIS],
    ['nothing is shared', [stranger], ''],
  ])('calls it a fork where %s', (_, locator, matched_hash) => {
    expect(ask(locator).body).toMatchObject({ forked: true, matched_hash });
  });

  it('answers 426 to another protocol', () => {
    const { status, body } = answerSync(events, {
      protocol_version: 'infonet/1',
      locator: [GENESIS],
      limit: 100,
    });
    expect([status, body]).toEqual([
      426,
      { ok: false, detail: 'Unsupported protocol_version', protocol_version: PROTOCOL },
    ]);
  });

  it('refuses a locator that is no list, with the words of the reference', () => {
    expect(ask('x')).toEqual({ status: 200, body: { ok: false, detail: 'locator must be a list' } });
  });

  it.each([0, 501, 1.5, '100', null])('refuses a limit of %j', (limit) => {
    expect(ask([GENESIS], limit).body).toMatchObject({ ok: false });
  });

  it('answers 400 to a body that is no object', () => {
    expect(answerSync(events, undefined).status).toBe(400);
  });
});
