import { expect, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createInfonetSync } from '../../../src/infonet/pull/infonet-sync.ts';
import { retryAfterUntil } from '../../../src/policy/peer-selection.ts';
import { chains } from '../misbehaviours/chains.ts';
import { framing } from '../misbehaviours/framing.ts';
import { large } from '../misbehaviours/large.ts';
import { late } from '../misbehaviours/late.ts';
import { LIMITS, LOCAL_EVENTS } from '../misbehaviours/misbehaviour.ts';
import { privateEvents, SECRET } from '../misbehaviours/private-events.ts';
import { statuses } from '../misbehaviours/statuses.ts';
import { texts } from '../misbehaviours/texts.ts';
import { NOW, runOnce } from '../one-run.ts';
import { recordedEvents } from '../recorded-exchanges.ts';
import { startScriptedPeer } from '../scripted-peer.ts';

const misbehaviours = [...late, ...large, ...framing, ...statuses, ...texts, ...chains, ...privateEvents];

/** Bytes a run may cost beyond what was there before, the scripted peer included. */
const MEMORY_BOUND = 96 * 1024 * 1024;

const used = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

test('there are at least 60 misbehaviours, each with a name of its own', () => {
  expect(new Set(misbehaviours.map(({ name }) => name)).size).toBe(misbehaviours.length);
  expect(misbehaviours.length).toBeGreaterThanOrEqual(60);
});

test.each(misbehaviours)('a peer that $name', async (row) => {
  const { script, onConnect, outcome, error, retryAfter = 0, kept = 0, keptForged = 0 } = row;
  const chain = createMemoryChain();
  await chain.ingest(recordedEvents.slice(0, LOCAL_EVENTS));
  const before = used();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, used());
  }, 5);
  const peer = await startScriptedPeer({ script, onConnect });
  // The others have any time: they are not to be judged by the speed of the machine.
  const isEndless = String(error).includes('no whole answer') || row.name.includes('never ends');
  const limits = isEndless ? LIMITS : { ...LIMITS, requestTimeoutMs: 60_000 };
  const sync = createInfonetSync({ chain, ...limits });
  const { state, peers } = await runOnce(sync, [peer.url]);
  clearInterval(sampling);
  most = Math.max(most, used());
  await peer.close();

  expect(state.lastOutcome).toBe(outcome);
  if (error === '') expect(state.lastError).toBe('');
  else expect(state.lastError).toMatch(error);
  expect(state.lastError).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  expect(state.lastError.length).toBeLessThan(300);
  const [record] = peers;
  expect(record === undefined ? undefined : Math.max(0, retryAfterUntil(record) - NOW)).toBe(retryAfter);

  const expected = recordedEvents.slice(0, LOCAL_EVENTS + kept);
  expect(chain.count()).toBe(expected.length + keptForged);
  if (keptForged === 0) expect(chain.head()).toBe(expected.at(-1)?.get('event_id'));
  expect(JSON.stringify([state, peers])).not.toContain(SECRET);
  if (kept > 0 && outcome !== 'fork') expect(state.currentHead).toBe(chain.head());
  expect(peer.requests.length).toBeLessThanOrEqual(LIMITS.maxPages);
  expect(most - before).toBeLessThan(MEMORY_BOUND);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
