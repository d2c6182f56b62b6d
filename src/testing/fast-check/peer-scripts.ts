import fc from 'fast-check';
import type { PeerAnswer, PeerScript, ScriptedRetryAfter } from '../peers/peer-script.ts';

/** Milliseconds: at once, within a clock check, around the stuck limit, long after it. */
const afterMs = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 90_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 299_000, max: 301_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 301_000, max: 4_000_000 }) },
);

const wait = fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.constantFrom(0, 1, 59, 3600, 3601, 2 ** 31));

const retryAfter: fc.Arbitrary<ScriptedRetryAfter> = fc.oneof(
  fc.record({ seconds: wait }),
  fc.record({ dateInSeconds: fc.integer({ min: -100, max: 8000 }) }),
  fc.record({ header: fc.constantFrom('', 'soon', '-5', '1e3', '²', 'Wed, 99 Nov 2023 00:00:00 GMT') }),
);

const refusal: fc.Arbitrary<PeerAnswer> = fc.record(
  {
    kind: fc.constant('refuses' as const),
    status: fc.oneof({ weight: 2, arbitrary: fc.constant(429) }, fc.constantFrom(500, 503, 404, 401)),
    retryAfter,
    afterMs,
  },
  { requiredKeys: ['kind', 'status'] },
);

const garbage = fc.oneof(
  fc.constantFrom('', '{', 'null', '[]', '{"head":7}', '<html></html>'),
  fc.string(),
  fc.json(),
);

/** What a peer does with one request. Shrinks to an immediate good answer. */
export function peerAnswer(): fc.Arbitrary<PeerAnswer> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record(
        {
          kind: fc.constant('answers' as const),
          head: fc.constantFrom('h1', 'h2', 'h3'),
          afterMs,
        },
        { requiredKeys: ['kind'] },
      ),
    },
    { weight: 3, arbitrary: refusal },
    fc.record({ kind: fc.constant('resets' as const), afterMs }, { requiredKeys: ['kind'] }),
    fc.constant<PeerAnswer>({ kind: 'hangs' }),
    fc.record({ kind: fc.constant('garbage' as const), body: garbage }),
    fc.record({
      kind: fc.constant('slow body' as const),
      pieces: fc.integer({ min: 1, max: 5 }),
      everyMs: fc.integer({ min: 0, max: 400_000 }),
    }),
    fc.record({ kind: fc.constant('broken body' as const) }),
  );
}

/** Scripts of one to three peers. They shrink to one peer that answers well. */
export function peerScripts(): fc.Arbitrary<PeerScript> {
  const urls = ['http://a.example', 'http://b.example', 'http://c.onion'];
  return fc
    .array(fc.array(peerAnswer(), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: urls.length })
    .map((lists) => Object.fromEntries(lists.map((answers, index) => [urls[index] ?? '', answers])));
}
