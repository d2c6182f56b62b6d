import { createHash } from 'node:crypto';
import type { NewPayload } from '../../src/infonet/events/event-author.ts';
import type { EventType } from '../../src/infonet/events/event-types.ts';

/** Bytes in base64 that pass for sealed ones; others for another seed. */
export function sealed(bytes: number, seed: string | number = ''): string {
  const made: Buffer[] = [];
  for (let at = 0; at * 32 < bytes; at += 1) made.push(createHash('sha256').update(`${seed} ${at}`).digest());
  return Buffer.concat(made).subarray(0, bytes).toString('base64');
}

export function gatePayload(more: NewPayload = {}): NewPayload {
  return {
    gate: 'ops',
    ciphertext: sealed(48, JSON.stringify(more)),
    nonce: sealed(12),
    sender_ref: 'ref-1',
    format: 'mls1',
    transport_lock: 'private_strong',
    ...more,
  };
}

export function directPayload(more: NewPayload = {}): NewPayload {
  return {
    recipient_id: 'recipient-1',
    delivery_class: 'request',
    recipient_token: '',
    ciphertext: sealed(48, JSON.stringify(more)),
    msg_id: 'dm-1',
    timestamp: 1_700_000_000,
    format: 'mls1',
    transport_lock: 'private_strong',
    ...more,
  };
}

/** A payload that the reference takes, for each type. */
export const VALID_PAYLOADS: Readonly<Record<EventType, NewPayload>> = {
  message: {
    message: 'né 🚀',
    destination: 'broadcast',
    channel: 'LongFast',
    priority: 'normal',
    ephemeral: false,
  },
  vote: { target_id: 't', vote: -1, gate: '' },
  gate_create: { gate_id: 'ops', display_name: 'Ops', rules: { min: 0.5, deep: [{ é: '😀' }] } },
  prediction: { market_title: 'M?', side: 'yes', stake_amount: 1e-7 },
  stake: { message_id: 'm', poster_id: 'p', side: 'truth', amount: 2, duration_days: 3 },
  key_rotate: {
    old_node_id: '',
    old_public_key: '',
    old_public_key_algo: '',
    new_public_key: '',
    new_public_key_algo: '',
    timestamp: 1,
    old_signature: '',
  },
  key_revoke: {
    revoked_public_key: '',
    revoked_public_key_algo: '',
    revoked_at: 1_700_000_000,
    grace_until: 1_700_000_100,
    reason: 'lost',
  },
  abuse_report: { target_id: 't', reason: 'spam', gate: '', evidence: '' },
  gate_message: gatePayload(),
  dm_message: directPayload(),
};
