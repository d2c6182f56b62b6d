import { describe, expect, test } from 'vitest';
import { whyPayloadRefused } from '../../../src/infonet/events/check-payload.ts';
import { EVENT_TYPES, type EventType } from '../../../src/infonet/events/event-types.ts';
import { isJsonObject, type JsonObject } from '../../../src/infonet/json/json-value.ts';
import { readJson } from '../../../src/infonet/json/read-json.ts';
import { fc } from '../../support/property.ts';
import { sealed, VALID_PAYLOADS } from '../payloads.ts';

/** A payload from JSON text, so that numbers are spelled as given: a value `'#5.0'` stands for the number 5.0. */
function payload(value: object): JsonObject {
  const read = readJson(Buffer.from(JSON.stringify(value).replaceAll(/"#([^"]*)"/g, '$1')));
  if (!isJsonObject(read)) throw new Error('no object');
  return read;
}

/** Why a valid payload is refused once these fields of it are others; undefined removes one. */
const why = (type: EventType, more: object = {}): string | undefined => {
  // JavaScript spells this one as no Python does.
  const spelled = type === 'prediction' ? { stake_amount: '#1e-07' } : {};
  return whyPayloadRefused(type, payload({ ...VALID_PAYLOADS[type], ...spelled, ...more }));
};

const context = {
  protocol: 'p',
  version: 1,
  event_type: '',
  kind: '',
  endpoint: '/x',
  lane_floor: 'private_strong',
  sequence_domain: '',
  node_id: 'of another node',
  sequence: 1,
  body_hash: 'ab',
};

test.each(EVENT_TYPES)('a %s in its normal form is taken', (type) => expect(why(type)).toBeUndefined());

describe.each<[EventType, object[]]>([
  [
    'message',
    [
      { destination: '' },
      { destination: ' BroadCast ' },
      { priority: 'low' },
      { ephemeral: true },
      { signed_context: context },
    ],
  ],
  ['vote', [{ vote: 1 }, { gate: 'Ops ' }, { signed_context: { ...context, target_id: 't' } }]],
  [
    'gate_create',
    [
      { display_name: '😀'.repeat(64) },
      { rules: {} },
      { rules: { a: '#5.0', b: '#1e-07' } },
      { gate_id: ' ops ' },
    ],
  ],
  ['prediction', [{ stake_amount: '#0' }, { stake_amount: '#-3' }, { stake_amount: '#2.5' }, { side: '' }]],
  ['stake', [{ amount: '#9007199254740992' }, { duration_days: `#${'9'.repeat(30)}` }]],
  ['abuse_report', [{ reason: 'r'.repeat(280) }, { evidence: 'e'.repeat(256) }]],
  ['key_rotate', [{ timestamp: 0 }, { old_node_id: 'x' }]],
  ['key_revoke', [{ grace_until: 1_700_000_000 }, { reason: '' }]],
  [
    'gate_message',
    [
      { transport_lock: undefined },
      { transport_lock: 'private' },
      { transport_lock: 'rns' },
      { transport_lock: 'onion' },
      { epoch: 1 },
      { reply_to: 'x' },
      { gate_envelope: 'no base64!' },
      { envelope_hash: 'no hash of anything' },
      { signed_context: { ...context, gate_id: 'g', recipient_id: 'R' } },
    ],
  ],
  [
    'dm_message',
    [
      { delivery_class: 'shared', recipient_token: ' t ' },
      { recipient_id: '', msg_id: '' },
      { format: 'dm1' },
      { timestamp: -5 },
      { session_welcome: 'x', sender_seal: ' y', relay_salt: 'z' },
    ],
  ],
])('a %s is taken', (type, changes) => {
  test.each(changes)('with %j', (change) => expect(why(type, change)).toBeUndefined());
});

describe.each<[EventType, [object, string][]]>([
  [
    'message',
    [
      [
        { destination: 'everybody' },
        "destination of its payload is \"everybody\"; allowed is 'broadcast' or ''",
      ],
      [{ priority: 'urgent' }, "priority of its payload is \"urgent\"; allowed is 'normal', 'high'"],
      [{ ephemeral: 1 }, 'ephemeral of its payload is 1; allowed is true or false'],
      [{ channel: undefined }, 'channel is missing in its payload; allowed is a string'],
      [{ message: null }, 'message of its payload is null'],
      [{ message: '#5' }, 'message of its payload is 5'],
      [{ transport_lock: 'private_strong' }, 'a transport_lock; only private types may have one'],
      [{ extra: 1 }, 'an unknown field extra; allowed is message, destination'],
      [{ 'Not a name!': 1 }, 'an unknown field; allowed is'],
      [{ __proto__x: 1 }, 'an unknown field'],
      [{ message: 'é'.repeat(2_010) }, 'bytes; allowed is at most 4096'],
      [{ signed_context: {} }, 'signed_context of its payload is an object'],
      [{ signed_context: { ...context, more: 1 } }, 'signed_context'],
      [{ signed_context: { ...context, lane_floor: 'Private' } }, 'signed_context'],
      [{ signed_context: { ...context, gate_id: '' } }, 'signed_context'],
      [{ signed_context: { ...context, target_id: ' t' } }, 'signed_context'],
    ],
  ],
  [
    'vote',
    [
      [{ vote: 0 }, 'vote of its payload is 0; allowed is 1 or -1'],
      [{ vote: true }, 'vote of its payload is true'],
      [{ vote: '#1.0' }, 'vote of its payload is 1.0'],
      [{ gate: undefined }, 'its peer hides gate'],
    ],
  ],
  [
    'gate_create',
    [
      [{ gate_id: 'Ops' }, 'allowed is a string in lower case'],
      [{ display_name: '😀'.repeat(65) }, 'at most 64 characters'],
      [{ rules: [] }, 'rules of its payload is an array; allowed is an object'],
      [{ rules: { deep: [{ n: '#1e-7' }] } }, 'as Python spells them'],
      [{ rules: { n: '#-0' } }, 'as Python spells them'],
    ],
  ],
  [
    'prediction',
    [
      [{ stake_amount: '#5.0' }, 'stake_amount of its payload is 5.0'],
      [{ stake_amount: '#1e21' }, 'stake_amount'],
      [{ stake_amount: '#1e-7' }, 'stake_amount'],
      [{ stake_amount: '#9007199254740993' }, 'exact as a double'],
      [{ stake_amount: `#${'9'.repeat(400)}` }, 'exact as a double'],
      [{ signed_context: context }, 'an unknown field signed_context'],
    ],
  ],
  ['stake', [[{ duration_days: '#1.5' }, 'duration_days of its payload is 1.5; allowed is a whole number']]],
  [
    'abuse_report',
    [
      [{ reason: ' \u001f' }, 'not blank'],
      [{ reason: 'r'.repeat(281) }, 'at most 280 characters'],
      [{ evidence: 'e'.repeat(257) }, 'at most 256 characters'],
    ],
  ],
  [
    'key_rotate',
    [
      [
        {
          old_node_id: undefined,
          old_public_key: undefined,
          old_public_key_algo: undefined,
          old_signature: undefined,
        },
        'its peer hides old_node_id',
      ],
      [{ old_signature: undefined }, 'old_signature is missing'],
    ],
  ],
  [
    'key_revoke',
    [
      [{ revoked_at: 0 }, 'allowed is a whole number above 0'],
      [{ grace_until: 1_699_999_999 }, 'grace_until of its payload is before revoked_at'],
    ],
  ],
  [
    'gate_message',
    [
      [
        { gate: 'Ops' },
        'gate of its payload is a string of 3 characters; allowed is a string that is not empty, in lower case',
      ],
      [{ gate: ' ops' }, 'gate of its payload'],
      [{ gate: '' }, 'gate of its payload is ""'],
      [{ sender_ref: ' ' }, 'not blank'],
      [{ format: 'dm1' }, 'format of its payload is "dm1"; allowed is \'mls1\''],
      [
        { transport_lock: 'clearnet' },
        "transport_lock of its payload is \"clearnet\"; allowed is 'private', 'private_strong'",
      ],
      [{ epoch: 0 }, 'epoch of its payload is 0'],
      [{ reply_to: '' }, 'reply_to of its payload is ""'],
      [{ gate_envelope: ' x' }, 'gate_envelope of its payload'],
      [{ message: 'x' }, 'the plaintext field message; a gate_message carries ciphertext only'],
      [{ plaintext: 'x' }, 'the plaintext field plaintext'],
      [{ _local_plaintext: 'x' }, 'the plaintext field _local_plaintext'],
      [{ _local_reply_to: 'x' }, 'the plaintext field _local_reply_to'],
      [
        { ciphertext: 'not sealed plaintext' },
        'ciphertext of its payload is no base64; allowed is base64 of sealed bytes',
      ],
      [{ nonce: 'AAAA' }, 'nonce of its payload holds 3 bytes'],
    ],
  ],
  [
    'dm_message',
    [
      [{ transport_lock: undefined }, 'transport_lock is missing'],
      [
        { transport_lock: 'private' },
        'transport_lock of its payload is "private"; allowed is \'private_strong\'',
      ],
      [{ nonce: sealed(12) }, 'an unknown field nonce'],
      [
        { delivery_class: 'shared' },
        "recipient_token of its payload is blank; a 'shared' delivery needs one",
      ],
      [{ delivery_class: 'Request' }, 'delivery_class of its payload is a string of 7 characters'],
      [{ timestamp: '#1.0' }, 'timestamp of its payload is 1.0'],
      [{ session_welcome: '' }, 'session_welcome'],
      [{ message: 'x' }, 'the plaintext field message'],
      [
        { ciphertext: Buffer.from('{"text": "meet me at noon behind the mill"}').toString('base64') },
        'readable text',
      ],
    ],
  ],
])('a %s is refused', (type, changes) => {
  test.each(changes)('with %j', (change, reason) => expect(why(type, change)).toContain(reason));
});

test('no reason shows a text of a private or key event, wherever it stands', () => {
  const secret = 'Meet me at noon';
  const types = ['gate_message', 'dm_message', 'key_rotate', 'key_revoke'] as const;
  const change = fc.constantFrom(...types).chain((type) => {
    const fields = Object.keys(VALID_PAYLOADS[type]);
    return fc.record({
      type: fc.constant(type),
      field: fc.constantFrom(...fields, 'epoch', 'reply_to', 'plaintext', 'message', 'note', secret),
      value: fc.constantFrom(
        secret,
        ` ${secret} `,
        [secret],
        { [secret]: secret },
        Buffer.from(secret.repeat(3)).toString('base64'),
      ),
    });
  });
  fc.assert(
    fc.property(change, ({ type, field, value }) => {
      const reason = whyPayloadRefused(type, payload({ ...VALID_PAYLOADS[type], [field]: value })) ?? '';
      expect(reason).not.toContain(secret);
      expect(reason).not.toContain('TWVldCBtZ');
    }),
  );
});
