import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/clock/virtual-clock.ts';
import { openShow, type Show } from '../../src/demo/show.ts';
import { prepareTour, type Tour } from '../../src/demo/tour.ts';
import { syncOutcomes } from '../../src/policy/sync-worker-state.ts';
import type { SyncWorkerNotification } from '../../src/worker/notifications.ts';

let clock: VirtualClock;
let lines: string[];
let events: { readonly event: SyncWorkerNotification; readonly at: number }[];
let tour: Tour;
let show: Show;

beforeEach(async () => {
  clock = createVirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 500));
  lines = [];
  events = [];
  tour = await prepareTour({ clock, random: () => 0 });
  const { worker, chain } = tour;
  const stream = Object.assign(new EventEmitter(), { write: (text: string) => lines.push(text.trimEnd()) });
  show = openShow({ worker, chain, stream, env: {}, now: () => clock.now() / 1000 });
  worker.on('*', (event) => events.push({ event, at: clock.now() / 1000 }));
  await tour.begin(show.print);
});

afterEach(() => tour.stop());

/** Real HTTP takes real time, all other time is the clock's: it moves on while the worker waits for it. */
async function play(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const asked = tour.worker.snapshot?.context.run?.peer.peerUrl;
    const isHeld = asked === tour.peers.gamma.url && tour.peers.gamma.openRequests() > 0;
    if (asked === undefined || isHeld) clock.runNext();
    else await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** What was shown without times: [state, facts]. */
function transitions(): string[][] {
  return lines.flatMap((line) => {
    const found = /^\d\d:\d\d:\d\d {2}(\w+) +(.*)$/.exec(line);
    return found === null ? [] : [found.slice(1)];
  });
}

/** Of a peer of the tour, also after it was taken away. */
function labelOf(url: string): string {
  return Object.values(tour.peers).find((peer) => peer.url === url)?.label ?? url;
}

describe('one round of the tour', () => {
  it('shows all six states, failover, the stuck abort and a fork, in this order', async () => {
    await play(() => tour.rounds() === 1);
    const outcomes = events.flatMap(({ event }) => {
      if (event.type === 'attempt.started') return `asks ${labelOf(event.peerUrl)}`;
      if (event.type === 'run.stuck') return 'stuck';
      return event.type === 'run.finished' ? event.state.lastOutcome : [];
    });
    expect(outcomes).toEqual([
      ...['asks alpha', 'ok', 'asks alpha', 'ok', 'asks alpha', 'asks beta', 'ok'],
      ...['asks beta', 'asks alpha', 'error', 'asks beta', 'ok', 'asks beta', 'error'],
      ...['asks beta', 'asks alpha', 'error', 'asks beta', 'error', 'solo'],
      ...['asks gamma', 'stuck', 'asks beta', 'ok', 'asks beta', 'fork'],
    ]);
    expect(show.summary()).toContain(`states seen: ${syncOutcomes.join(' ')} (6 of 6)`);
  });

  it('gives the reasons', async () => {
    await play(() => tour.rounds() === 1);
    const facts = transitions().map(([, what]) => what);
    expect(facts.slice(0, 13)).toEqual([
      'asking alpha',
      '5 events · run ended: ok; the next is due in 2 s, set by the usual interval',
      'asking alpha',
      '7 events · run ended: ok; the next is due in 2 s, set by the usual interval',
      'asking alpha',
      'alpha failed: HTTP 500: the demo peer fails on purpose',
      'asking beta',
      '9 events · run ended: ok; the next is due in 2 s, set by the usual interval',
      'asking beta',
      'beta asks to be left alone for 3 s (Retry-After: 3): HTTP 429, rate limited',
      'asking alpha',
      'alpha asks to be left alone for 6 s (Retry-After: Fri, 02 Jan 2026 03:04:20 GMT): HTTP 429, rate limited',
      'run ended: error; the next is due in 3 s, set by the Retry-After of beta',
    ]);
    expect(facts.filter((what) => what?.includes('backoff'))).toEqual([
      'run ended: error; the next is due in 2 s, set by the backoff',
      'run ended: error; the next is due in 4 s, set by the backoff',
      'run ended: error; the next is due in 6 s, set by the backoff',
      'run ended: fork; the next is due in 2 s, set by the backoff',
    ]);
    expect(facts).toContain('gamma did not answer within the stuck limit; the attempt was aborted');
    expect(facts).toContain('solo, no peer to ask; the next is due in 2 s, set by the usual interval');
  });

  it('takes less than a minute of the clock', async () => {
    const startedAt = clock.now();
    await play(() => tour.rounds() === 1);
    expect(clock.now() - startedAt).toBeLessThan(60_000);
  });

  it('asks no peer before its Retry-After is over, though a forced request comes in between', async () => {
    await play(() => tour.rounds() === 1);
    const mayAsk = new Map<string, number>();
    let waits = 0;
    for (const { event, at } of events) {
      if (event.type === 'attempt.started') expect(at).toBeGreaterThanOrEqual(mayAsk.get(event.peerUrl) ?? 0);
      if (event.type !== 'attempt.finished' || event.result.outcome !== 'error') continue;
      mayAsk.set(event.peerUrl, at + event.result.retryAfterSeconds);
      waits += event.result.retryAfterSeconds > 0 ? 1 : 0;
    }
    expect(waits).toBe(2);
    expect(lines).toContain('somebody requests a forced sync, which does not override a Retry-After');
  });
});

describe('the tour', () => {
  it('goes on with the same round again', async () => {
    await play(() => tour.rounds() === 1);
    const first = transitions();
    await play(() => tour.rounds() === 2);
    const second = transitions().slice(first.length);
    expect(second.map(([state]) => state)).toEqual(first.map(([state]) => state));
  });

  it('sums up what was seen', async () => {
    await play(() => tour.rounds() === 1);
    expect(show.summary()).toMatch(
      /^after \d+ s · states seen: idle running ok error fork solo \(6 of 6\) · runs: 10 finished, 1 stuck · attempts: 14$/,
    );
  });

  it('stops in the middle of an attempt: the request is aborted, and no timer and no server is left', async () => {
    const { gamma } = tour.peers;
    await play(() => gamma.openRequests() > 0);
    const stopped = tour.worker.stop();
    // The server is up, so it is the worker that closes the request; without that this would not end.
    while (gamma.openRequests() > 0) await nextTurn();
    await stopped;
    expect(clock.size).toBe(0);
    await tour.stop();
    await expect(fetch(tour.peers.alpha.url)).rejects.toThrow();
  });

  it('stops while a request of the tour itself is still to come', async () => {
    await play(() => lines.at(-1)?.includes('a Retry-After holds until it is over') === true);
    await tour.stop();
    expect(clock.size).toBe(0);
  });
});

describe('whoever watches the tour', () => {
  const fault = (peer: string): string | undefined =>
    tour.faults.switches('demo').find((one) => one.peer === peer)?.fault;
  const ends = (): string[] =>
    events.flatMap(({ event }) => (event.type === 'run.finished' ? [event.state.lastOutcome] : []));

  it('breaks its peers, and which pauses the tour until it is to play again', async () => {
    await play(() => ends().length === 1);
    tour.faults.set('alpha', 'HTTP 500', 'demo');
    tour.faults.set('beta', 'no JSON', 'demo');
    expect([fault('the tour'), fault('alpha'), fault('beta'), fault('gamma')]).toEqual([
      'paused',
      'HTTP 500',
      'no JSON',
      'well',
    ]);
    await play(() => ends().length === 4);
    expect(ends()).toEqual(['ok', 'error', 'error', 'error']);
    tour.faults.set('the tour', 'playing', 'demo');
    await play(() => ends().at(-1) === 'ok');
    expect([fault('the tour'), fault('alpha')]).toEqual(['playing', 'well']);
  });

  it('is told what there is to break, and how', () => {
    expect(() => tour.faults.set('delta', 'well', 'demo')).toThrow(
      'The peer is "delta"; allowed is alpha, beta, gamma',
    );
    expect(() => tour.faults.set('alpha', 'gone', 'demo')).toThrow(
      /^The fault is "gone"; allowed is well, 429/,
    );
    expect(() => tour.faults.set('the tour', 'gone', 'demo')).toThrow(
      'The fault is "gone"; allowed is playing, paused',
    );
    expect(fault('the tour')).toBe('playing');
  });
});
