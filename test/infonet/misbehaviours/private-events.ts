import { generateKeyPairSync } from 'node:crypto';
import { type Forgery, forgedEvent } from '../forged-event.ts';
import { directPayload, gatePayload, sealed, VALID_PAYLOADS } from '../payloads.ts';
import { page } from '../sync-answers.ts';
import { type Misbehaviour, said } from './misbehaviour.ts';
import { idOf, known } from './next-events.ts';

/** What no error, state or log may show. */
export const SECRET = 'Meet me at noon';

const head = idOf(known.at(-1));
const forged = (name: string, forgery: Omit<Forgery, 'head'>, error: string | RegExp): Misbehaviour =>
  said(name, page([forgedEvent({ head, ...forgery })]), error);
const gate = (name: string, more: object, error: string | RegExp, signed?: object): Misbehaviour =>
  forged(
    `a gate message ${name}`,
    { type: 'gate_message', payload: gatePayload({ ...more }), ...(signed === undefined ? {} : { signed }) },
    error,
  );
const direct = (name: string, more: object, error: string | RegExp): Misbehaviour =>
  forged(`a direct message ${name}`, { type: 'dm_message', payload: directPayload({ ...more }) }, error);

/** A chain of forged events behind our head, of keys of their own. */
function chainOf(...forgeries: readonly Omit<Forgery, 'head'>[]): string[] {
  const texts: string[] = [];
  for (const forgery of forgeries) texts.push(forgedEvent({ head: idOf(texts.at(-1)) || head, ...forgery }));
  return texts;
}

const encoded = Buffer.from(`${SECRET} behind the mill, and come alone`).toString('base64');
const revoked = generateKeyPairSync('ed25519');
const enveloped = gatePayload({ gate_envelope: SECRET });
/** Peers whose events are signed and linked as they should be, and are none that the reference takes. */
export const privateEvents: readonly Misbehaviour[] = [
  gate('with plaintext', { message: SECRET }, 'the plaintext field message'),
  gate('with plaintext of its own', { _local_plaintext: SECRET }, 'the plaintext field _local_plaintext'),
  gate('with a field more', { [SECRET]: SECRET }, 'an unknown field; allowed is gate'),
  gate('that is not sealed', { ciphertext: SECRET }, 'ciphertext of its payload is no base64'),
  gate('that is encoded plaintext', { ciphertext: encoded }, 'holds readable text, which is not sealed'),
  gate('of zeros', { ciphertext: Buffer.alloc(64).toString('base64') }, 'too regular to be sealed'),
  gate('with a nonce of three bytes', { nonce: 'AAAA' }, 'nonce of its payload holds 3 bytes'),
  gate('for clearnet', { transport_lock: 'clearnet' }, 'transport_lock of its payload is "clearnet"'),
  gate('of a gate in capitals', { gate: SECRET }, 'gate of its payload is a string of 15 characters'),
  gate('of another format', { format: SECRET }, "allowed is 'mls1'"),
  gate('of epoch 0', { epoch: 0 }, 'epoch of its payload is 0'),
  gate('signed with its envelope', { gate_envelope: SECRET }, 'a signature that does not verify', enveloped),
  gate('signed over another', {}, 'a signature that does not verify', gatePayload({ gate: 'other' })),
  gate('of 5,000 bytes', { gate_envelope: SECRET.repeat(350) }, 'bytes; allowed is at most 4096'),
  gate('with 60,000 blanks', { sender_ref: `${' '.repeat(60_000)}x` }, 'bytes; allowed is at most 4096'),
  gate(
    'with a context that is none',
    { signed_context: { secret: SECRET } },
    'signed_context of its payload',
  ),
  direct('without a lock', { transport_lock: undefined }, 'transport_lock is missing'),
  direct('for any private network', { transport_lock: 'private' }, "allowed is 'private_strong'"),
  direct('with a nonce', { nonce: sealed(12) }, 'an unknown field nonce'),
  direct('with plaintext', { plaintext: SECRET }, 'the plaintext field plaintext'),
  direct('that is encoded plaintext', { ciphertext: encoded }, 'holds readable text'),
  direct('to nobody in a shared box', { delivery_class: 'shared' }, "a 'shared' delivery needs one"),
  direct('whose time is a fraction', { timestamp: 1.5 }, 'timestamp of its payload is 1.5'),
  forged(
    'a vote without its gate',
    { type: 'vote', payload: { target_id: 't', vote: 1 } },
    'its peer hides gate',
  ),
  forged(
    'a key_rotate without the old key',
    { type: 'key_rotate', payload: { new_public_key: SECRET, new_public_key_algo: '', timestamp: 1 } },
    'its peer hides old_node_id',
  ),
  forged('an event of the economy', { type: 'market_open', payload: {} }, 'no node can pull past it'),
  forged(
    'a key_revoke of another key',
    { type: 'key_revoke', payload: { ...VALID_PAYLOADS.key_revoke, revoked_public_key: SECRET } },
    'it revokes another key than its own',
  ),
  forged(
    'an event of time 0',
    { type: 'message', payload: VALID_PAYLOADS.message, timestamp: '0' },
    'timestamp of an event is 0',
  ),
  forged(
    'a number as JavaScript spells it',
    { type: 'prediction', payload: '{"market_title":"","side":"","stake_amount":1e-7}' },
    'stake_amount of its payload is 1e-7',
  ),
  said(
    'what a revoked key wrote after its grace',
    page(
      chainOf(
        { type: 'key_revoke', payload: VALID_PAYLOADS.key_revoke, key: revoked },
        {
          type: 'message',
          payload: VALID_PAYLOADS.message,
          key: revoked,
          sequence: 2,
          timestamp: '1700000100.5',
        },
      ),
    ),
    'its key was revoked with grace until 1700000100',
    { keptForged: 1 },
  ),
  said(
    'more direct messages than a mailbox holds',
    page(
      chainOf(
        ...[1, 2, 3].map((sequence) => ({
          type: 'dm_message',
          payload: directPayload({ timestamp: 0 }),
          key: generateKeyPairSync('ed25519'),
          sequence,
        })),
      ),
    ),
    'its mailbox holds 2 messages',
    { keptForged: 2 },
  ),
];
