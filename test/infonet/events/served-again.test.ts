import { expect, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import type { JsonObject } from '../../../src/infonet/json/json-value.ts';
import { fc } from '../../support/property.ts';
import { forgedEvent } from '../forged-event.ts';
import { directPayload, gatePayload, VALID_PAYLOADS } from '../payloads.ts';
import { parsed, privateExchanges, RECORDED_NOW, recordedChain } from '../recorded-private.ts';

const now = () => RECORDED_NOW;
const everything = recordedChain('all');

test('what we serve is taken again, and a page cut anywhere loses nothing', async () => {
  const source = createMemoryChain({ now });
  await source.ingest(everything);
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 1, max: 40 })), async (limits) => {
      const copy = createMemoryChain({ now });
      while (copy.head() !== source.head()) {
        const limit = limits.next().value;
        const page = await source.page(await copy.locator(), { limit, publicOnly: false });
        expect(await copy.ingest(page.events.map(parsed))).toMatchObject({
          accepted: Math.min(limit, source.count() - (copy.count() - page.events.length)),
          refused: undefined,
        });
      }
      expect(copy.count()).toBe(everything.length);
    }),
    { numRuns: 60 },
  );
});

/** Payloads of all types, good ones and spoilt ones. */
const anyPayload = fc.oneof(
  fc.constantFrom(...Object.entries(VALID_PAYLOADS)),
  fc
    .tuple(fc.constantFrom(...Object.entries(VALID_PAYLOADS)), fc.string(), fc.jsonValue())
    .map(([[type, payload], name, value]) => [type, { ...payload, [name]: value }] as const),
  fc
    .tuple(fc.constantFrom(...Object.entries(VALID_PAYLOADS)), fc.nat(), fc.jsonValue())
    .map(([[type, payload], at, value]) => {
      const names = Object.keys(payload);
      return [type, { ...payload, [names[at % names.length] ?? '']: value }] as const;
    }),
  fc
    .string({ unit: 'binary' })
    .map((message) => ['message', { ...VALID_PAYLOADS.message, message }] as const),
  fc.jsonValue().map((rule) => ['gate_create', { ...VALID_PAYLOADS.gate_create, rules: { rule } }] as const),
  fc.constantFrom(
    ['gate_message', gatePayload({ epoch: 3, gate_envelope: 'x', transport_lock: 'rns' })] as const,
    ['dm_message', directPayload({ recipient_id: '' })] as const,
  ),
);

test('whatever we accept and serve, we accept again from ourselves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyPayload, { maxLength: 12 }), async (payloads) => {
      const source = createMemoryChain({ now });
      for (const [at, [type, payload]] of payloads.entries()) {
        const head = source.head();
        await source.ingest([
          parsed(forgedEvent({ ...(head === '' ? {} : { head }), type, payload, sequence: at + 1 })),
        ]);
      }
      const copy = createMemoryChain({ now });
      const page = await source.page(await copy.locator(), { limit: 500, publicOnly: false });
      expect(await copy.ingest(page.events.map(parsed))).toEqual({
        accepted: source.count(),
        duplicates: 0,
        refused: undefined,
      });
      expect(copy.head()).toBe(source.head());
    }),
    { numRuns: 200 },
  );
});

test('our locator is the reference’s, page for page', async () => {
  const chain = createMemoryChain({ now });
  for (const name of ['all-page-0', 'all-page-1', 'all-page-2', 'all-nothing-new']) {
    const exchange = privateExchanges.find((one) => one.name === name);
    expect(exchange?.request.body).toMatchObject({ locator: await chain.locator() });
    const events = parsed(exchange?.response.body ?? '').get('events');
    await chain.ingest(Array.isArray(events) ? events : []);
  }
  expect(chain.count()).toBe(94);
});

test('an event nested as deep as Python reads it is taken', async () => {
  const rules = `${'['.repeat(900)}${']'.repeat(900)}`;
  const event: JsonObject = parsed(
    forgedEvent({ type: 'gate_create', payload: `{"gate_id":"","display_name":"","rules":{"a":${rules}}}` }),
  );
  expect(await createMemoryChain({ now }).ingest([event])).toMatchObject({ accepted: 1 });
});
