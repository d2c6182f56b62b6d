import type { LivePeer, LiveViewModel, RunEnd } from '../../../src/command-line/live-view/live-view-model.ts';
import { safeText } from '../../../src/policy/safe-text.ts';
import { syncOutcomes } from '../../../src/policy/sync-worker-state.ts';
import { fc } from '../../support/property.ts';

/** What a hostile or a foreign peer may have us show, made safe as the model makes it. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '',
      'http://127.0.0.1:8080',
      '東京ノード',
      '👩‍👩‍👧‍👦👍🏽🇳🇵',
      'नमस्ते',
      `http://${'a'.repeat(56)}.onion`,
    ),
    fc.lorem({ maxCount: 12 }),
  )
  .map((raw) => safeText(raw));
const seconds = fc.oneof(fc.double({ min: 0, max: 1e10, noNaN: true }), fc.constantFrom(0, 0.2, 59, 3600));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const rules: readonly LivePeer['rule'][] = [
  'being asked',
  'may be asked',
  'cooldown',
  'retry-after',
  'disabled',
  'excluded',
  'not a sync peer',
];
const ends: readonly RunEnd[] = ['ok', 'error', 'fork', 'solo', 'stuck'];

/** Any model there may be, and many more. */
export const anyModel: fc.Arbitrary<LiveViewModel> = fc.record({
  state: fc.constantFrom(...syncOutcomes),
  countdown: fc.record({
    secondsLeft: seconds,
    done: fc.double({ min: 0, max: 1, noNaN: true }),
    rule: text,
    asking: text,
  }),
  why: text,
  peers: fc.array(
    fc.record({
      name: text,
      rule: fc.constantFrom(...rules),
      secondsLeft: maybe(seconds),
      failures: fc.nat(),
      okSecondsAgo: maybe(seconds),
      detail: text,
    }),
    { maxLength: 14 },
  ),
  failures: fc.nat(),
  okSecondsAgo: maybe(seconds),
  runs: fc.array(fc.constantFrom(...ends), { maxLength: 80 }),
  chain: maybe(fc.record({ head: text, count: fc.nat() })),
  pull: maybe(
    fc.record({
      peerUrl: text,
      accepted: fc.nat(),
      pages: fc.nat(),
      maxPages: fc.nat(),
      eventsAtMost: fc.integer({ min: 1, max: 1_000_000 }),
      seconds,
      eventsPerSecond: seconds,
      secondsLeftAtMost: maybe(seconds),
    }),
  ),
  notice: maybe(fc.record({ text, secondsAgo: seconds })),
});
