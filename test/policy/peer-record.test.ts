import { describe, expect, it } from 'vitest';
import {
  createPeerList,
  createPeerRecord,
  type PeerRecord,
  type PeerRecordInput,
} from '../../src/policy/peer-record.ts';
import { peerFromWire, peerToWire } from '../../src/policy/peer-wire.ts';
import { fc } from '../support/property.ts';
import { anyPeerRecord, anyPeerUrl } from './any-peer-record.ts';
import { deepFreeze } from './deep-freeze.ts';
import { allowedWords, type FieldSort, wrongValues } from './wrong-values.ts';

const url = 'https://peer.example';

/** The contract with the peer store, written out once more. */
const fields: readonly {
  readonly wire: string;
  readonly name: keyof PeerRecord;
  readonly sort: FieldSort;
  readonly first: unknown;
}[] = [
  { wire: 'bucket', name: 'bucket', sort: 'bucket', first: 'sync' },
  { wire: 'source', name: 'source', sort: 'text', first: 'operator' },
  { wire: 'peer_url', name: 'peerUrl', sort: 'text', first: undefined },
  { wire: 'transport', name: 'transport', sort: 'text', first: 'clearnet' },
  { wire: 'role', name: 'role', sort: 'text', first: 'participant' },
  { wire: 'label', name: 'label', sort: 'text', first: '' },
  { wire: 'signer_id', name: 'signerId', sort: 'text', first: '' },
  { wire: 'enabled', name: 'enabled', sort: 'flag', first: true },
  { wire: 'added_at', name: 'addedAt', sort: 'seconds', first: 0 },
  { wire: 'updated_at', name: 'updatedAt', sort: 'seconds', first: 0 },
  { wire: 'last_seen_at', name: 'lastSeenAt', sort: 'seconds', first: 0 },
  { wire: 'last_sync_ok_at', name: 'lastSyncOkAt', sort: 'seconds', first: 0 },
  { wire: 'last_push_ok_at', name: 'lastPushOkAt', sort: 'seconds', first: 0 },
  { wire: 'last_error', name: 'lastError', sort: 'text', first: '' },
  { wire: 'failure_count', name: 'failureCount', sort: 'count', first: 0 },
  { wire: 'cooldown_until', name: 'cooldownUntil', sort: 'seconds', first: 0 },
  { wire: 'metadata', name: 'metadata', sort: 'object', first: {} },
];

const wrongs = fields.flatMap((field) =>
  wrongValues[field.sort].map(([value, shown]) => ({ ...field, value, shown })),
);

function firstRecord(peerUrl: string): Record<string, unknown> {
  const wire = Object.fromEntries(
    fields.map(({ name, first }) => [name, name === 'peerUrl' ? peerUrl : first]),
  );
  const ours = {
    retryAfter: null,
    excluded: '',
    removed: false,
    lastAskedAt: 0,
    lastBroughtNews: true,
    withdrawn: false,
  };
  return { ...wire, ...ours };
}

/** What we know beside the sixteen fields of the wire, as `metadata` has it there. */
const inMetadata: readonly (readonly [Partial<PeerRecord>, Record<string, unknown>])[] = [
  [{ retryAfter: { until: 1000, header: '' } }, { retry_after_until: 1000 }],
  [{ retryAfter: { until: 1000, header: '60' } }, { retry_after_until: 1000, retry_after_header: '60' }],
  [{ excluded: 'no onion proxy' }, { passed_over: 'no onion proxy' }],
  [{ removed: true }, { removed: true }],
  [{ lastAskedAt: 7 }, { last_asked_at: 7 }],
  [{ lastBroughtNews: false }, { last_brought_news: false }],
  [{ withdrawn: true }, { withdrawn: true }],
];

describe('the wire form of a peer', () => {
  it('has exactly the seventeen names, in their order, each with its own value', () => {
    fc.assert(
      fc.property(anyPeerRecord, (record) => {
        const wire = peerToWire(deepFreeze(record));
        const { metadata } = wire;
        const expected = fields.map(({ wire: name, name: field }) => [
          name,
          field === 'metadata' ? metadata : record[field],
        ]);
        expect(Object.entries(wire)).toStrictEqual(expected);
        expect(metadata).toMatchObject(record.metadata);
      }),
    );
    expect(fields).toHaveLength(17);
  });

  it('reads back as the same record, through JSON too', () => {
    fc.assert(
      fc.property(anyPeerRecord, (record) => {
        expect(peerFromWire(deepFreeze(peerToWire(record)))).toStrictEqual(record);
        const json = JSON.stringify(peerToWire(record));
        expect(JSON.stringify(peerToWire(peerFromWire(JSON.parse(json))))).toBe(json);
      }),
    );
  });

  it.each(inMetadata)('has %j in its metadata', (known, metadata) => {
    const record = { ...createPeerRecord(url), ...known, metadata: { note: 1 } };
    expect(peerToWire(record)['metadata']).toEqual({ note: 1, ...metadata });
    expect(peerFromWire({ peer_url: url, metadata: { ...metadata, note: 1 } })).toStrictEqual(record);
    // A record that was kept as JSON by an earlier version has it there too.
    expect(createPeerRecord({ peerUrl: url, metadata: { ...metadata, note: 1 } })).toStrictEqual(record);
  });

  it('leaves an entry of one of our names and another type to whoever put it there', () => {
    const metadata = { removed: 'yes', passed_over: 5, last_asked_at: 'never', retry_after_header: [] };
    expect(peerFromWire({ peer_url: url, metadata })).toStrictEqual({ ...createPeerRecord(url), metadata });
  });

  it('may be a URL alone: what is missing or undefined takes its first value', () => {
    expect(peerFromWire({ peer_url: url })).toStrictEqual(firstRecord(url));
    const empty = Object.fromEntries(fields.map(({ wire }) => [wire, undefined]));
    expect(peerFromWire({ ...empty, peer_url: url })).toStrictEqual(firstRecord(url));
  });

  it('may have keys that are no field: they are ignored, __proto__ as well', () => {
    const planted = peerFromWire(
      JSON.parse(`{"peer_url":"${url}","__proto__":{"role":"seed","x":1},"peerUrl":5,"y":2}`),
    );
    expect(planted).toStrictEqual(firstRecord(url));
    expect('x' in planted).toBe(false);
  });

  it('keeps metadata as it came, a __proto__ among its keys too', () => {
    const json = `{"peer_url":"${url}","metadata":{"__proto__":{"x":1},"a":[{"b":null}]}}`;
    const record = peerFromWire(JSON.parse(json));
    expect(JSON.stringify(record.metadata)).toBe('{"__proto__":{"x":1},"a":[{"b":null}]}');
    expect('x' in record.metadata).toBe(false);
  });

  it.each(wrongs)('refuses $wire: $shown', ({ wire, value, shown, sort }) => {
    expect(() => peerFromWire({ peer_url: url, [wire]: value })).toThrow(
      new TypeError(`peer record: ${wire} is ${shown}; allowed is ${allowedWords[sort]}`),
    );
  });

  it.each([1.5, Number.NaN, '5', null, [], 2 ** 53].map((value) => ({ value })))(
    'refuses the metadata.retry_after_until $value, which would silence or free a peer',
    ({ value }) => {
      const metadata = { retry_after_until: value };
      const problem = 'metadata.retry_after_until is ';
      expect(() => peerFromWire({ peer_url: url, metadata })).toThrow(`peer record: ${problem}`);
      expect(() => createPeerRecord({ peerUrl: url, metadata })).toThrow(`peer: ${problem}`);
      expect(() => createPeerList([{ peerUrl: url, metadata }])).toThrow(`peers[0]: ${problem}`);
      expect(() => peerFromWire({ peer_url: url, metadata })).toThrow(
        '; allowed is a whole number of seconds',
      );
    },
  );

  it('holds no −0', () => {
    expect(Object.is(peerFromWire({ peer_url: url, cooldown_until: -0 }).cooldownUntil, 0)).toBe(true);
  });

  it('names the wire field of a URL that is none', () => {
    expect(() => peerFromWire({ peer_url: 'peer' })).toThrow('peer record: peer_url is "peer"; allowed is');
    expect(() => peerFromWire({})).toThrow('peer record: peer_url is ""; allowed is an absolute URL');
  });

  it.each([
    { value: null, shown: 'null' },
    { value: undefined, shown: 'undefined' },
    { value: url, shown: `"${url}"` },
    { value: [], shown: '[]' },
    { value: 5, shown: '5' },
  ])('refuses $shown, which is no object', ({ value, shown }) => {
    expect(() => peerFromWire(value)).toThrow(new TypeError(`peer record is ${shown}; allowed is an object`));
  });
});

describe('createPeerRecord', () => {
  it('makes a peer just added by an operator out of a URL', () => {
    expect(createPeerRecord('HTTPS://Peer.Example:443/')).toStrictEqual(firstRecord(url));
  });

  it('takes a record with any of its fields', () => {
    const names = fc.subarray(fields.map(({ name }) => name).filter((name) => name !== 'peerUrl'));
    fc.assert(
      fc.property(anyPeerRecord, names, fc.boolean(), (record, missing, asUndefined) => {
        const input: Record<string, unknown> = { ...record };
        for (const name of missing) {
          if (asUndefined) input[name] = undefined;
          else delete input[name];
        }
        const first = firstRecord(record.peerUrl);
        const expected = { ...record, ...Object.fromEntries(missing.map((name) => [name, first[name]])) };
        expect(createPeerRecord(deepFreeze(input) as PeerRecordInput)).toStrictEqual(expected);
      }),
    );
  });

  it.each(wrongs)('refuses $name: $shown under its TypeScript name', ({ name, value, shown, sort }) => {
    expect(() => createPeerRecord({ peerUrl: url, [name]: value })).toThrow(
      new TypeError(`peer: ${name} is ${shown}; allowed is ${allowedWords[sort]}`),
    );
  });

  it.each([
    ['1000'],
    [1000],
    [{}],
    [[]],
    [{ until: 1000 }],
    [{ header: '' }],
    [{ until: 1.5, header: '' }],
    [{ until: '1000', header: '' }],
    [{ until: 1000, header: 60 }],
  ])('refuses the Retry-After %j', (retryAfter) => {
    expect(() => createPeerRecord({ peerUrl: url, retryAfter: retryAfter as never })).toThrow(
      new TypeError(
        `peer: retryAfter is ${JSON.stringify(retryAfter)}; allowed is null or { until: whole seconds, header: string }`,
      ),
    );
  });

  it('refuses what is neither a URL nor a record', () => {
    for (const value of [null, 5, [], undefined]) {
      expect(() => createPeerRecord(value as unknown as string)).toThrow(TypeError);
    }
    expect(() => createPeerRecord('')).toThrow('peer: peerUrl is ""; allowed is an absolute URL');
  });

  it('refuses credentials and does not show them, and a query or a fragment', () => {
    for (const make of [
      () => createPeerRecord('https://user:5ecret@peer.example'),
      () => peerFromWire({ peer_url: 'https://user:5ecret@peer.example' }),
      () => createPeerList(['https://user:5ecret@peer.example']),
    ]) {
      expect(make).toThrow('carries credentials (not shown here)');
      expect(make).not.toThrow('5ecret');
    }
    expect(() => createPeerRecord('https://peer.example?a')).toThrow('without query and fragment');
    expect(() => createPeerRecord('https://peer.example#a')).toThrow('without query and fragment');
  });
});

describe('createPeerList', () => {
  it('makes a record of each entry, in their order', () => {
    const records = fc.uniqueArray(anyPeerRecord, {
      selector: ({ bucket, peerUrl }) => `${bucket} ${peerUrl}`,
      maxLength: 8,
    });
    fc.assert(
      fc.property(records, (list) => {
        expect(createPeerList(deepFreeze(list))).toStrictEqual(list);
      }),
    );
    expect(createPeerList([url, { peerUrl: 'http://b.example/', role: 'seed' }])).toStrictEqual([
      createPeerRecord(url),
      createPeerRecord({ peerUrl: 'http://b.example', role: 'seed' }),
    ]);
    expect(createPeerList([])).toEqual([]);
  });

  it('gives back a list of its own, without reading it again', () => {
    const list = createPeerList([url]);
    expect(createPeerList(list)).toBe(list);
    expect(createPeerList([...list])).not.toBe(list);
  });

  it('refuses two records of one peer, in any spelling', () => {
    fc.assert(
      fc.property(anyPeerUrl, fc.boolean(), fc.boolean(), (one, upper, slash) => {
        const spelling =
          (upper ? one.replace(/^[a-z]+:\/\/[^/]+/, (o) => o.toUpperCase()) : one) + (slash ? '/' : '');
        expect(() => createPeerList(['ftp://other.example', one, { peerUrl: spelling }])).toThrow(
          new TypeError(`peers[2]: peerUrl "${one}" stands at peers[1] already`),
        );
      }),
    );
  });

  it('takes one peer in two buckets: they are two records', () => {
    const both = [
      { peerUrl: url, bucket: 'sync' },
      { peerUrl: url, bucket: 'push' },
    ];
    expect(createPeerList(both).map(({ bucket }) => bucket)).toEqual(['sync', 'push']);
  });

  it('names the entry and the field that is wrong', () => {
    expect(() => createPeerList([url, { peerUrl: 'http://b.example', failureCount: -1 }])).toThrow(
      new TypeError('peers[1]: failureCount is -1; allowed is a whole number of at least 0'),
    );
    expect(() => createPeerList([url, 5])).toThrow(new TypeError('peers[1] is 5; allowed is an object'));
    expect(() => createPeerList(['peer'])).toThrow('peers[0]: peerUrl is "peer"; allowed is');
  });

  it.each([
    { value: null, shown: 'null' },
    { value: undefined, shown: 'undefined' },
    { value: url, shown: `"${url}"` },
    { value: { peerUrl: url }, shown: `{"peerUrl":"${url}"}` },
  ])('refuses $shown, which is no array', ({ value, shown }) => {
    expect(() => createPeerList(value)).toThrow(
      new TypeError(`peers is ${shown}; allowed is an array of peers`),
    );
  });
});
