import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { GENESIS, NETWORK, PROTOCOL } from './infonet-protocol.ts';

/** An event as it stands on the wire. */
export interface ChainEvent {
  readonly event_id: string;
  readonly prev_hash: string;
  readonly event_type: string;
  readonly node_id: string;
  readonly payload: Readonly<Record<string, string | boolean>>;
  readonly timestamp: number;
  readonly sequence: number;
  readonly signature: string;
  readonly network_id: string;
  readonly public_key: string;
  readonly public_key_algo: 'Ed25519';
  readonly protocol_version: string;
}

/** A chain that grows with time, so that a puller finds something new at each run. */
export interface DemoChain {
  /** All events up to now, oldest first. */
  events(): readonly ChainEvent[];
}

export interface DemoChainOptions {
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** What each message says, its number behind it. */
  readonly greeting: string;
  /** Events it starts with; one is added each second. @default 3 */
  readonly firstEvents?: number;
}

/** Well-formed events of one node, each linked to the one before and signed by a key made for this chain. */
export function createDemoChain({ now, greeting, firstEvents = 3 }: DemoChainOptions): DemoChain {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const rawKey = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const startedAt = now();
  const events: ChainEvent[] = [];

  const append = (): void => {
    const sequence = events.length + 1;
    const unsigned = {
      prev_hash: events.at(-1)?.event_id ?? GENESIS,
      event_type: 'message',
      node_id: `!sb_${sha256(rawKey).slice(0, 32)}`,
      payload: {
        message: `${greeting} ${sequence}`,
        destination: 'broadcast',
        channel: 'LongFast',
        priority: 'normal',
        ephemeral: false,
      },
      timestamp: startedAt + sequence - firstEvents,
      sequence,
      network_id: NETWORK,
      public_key: rawKey.toString('base64'),
      public_key_algo: 'Ed25519',
      protocol_version: PROTOCOL,
    } as const;
    const signature = sign(null, Buffer.from(signedText(unsigned)), privateKey).toString('hex');
    events.push({ event_id: eventId(unsigned), ...unsigned, signature });
  };

  return {
    events: () => {
      const grown = firstEvents + Math.floor(now() - startedAt);
      while (events.length < grown) append();
      return events;
    },
  };
}

/** The id an event must have, by its content and the event before it. */
export function eventId(event: Omit<ChainEvent, 'event_id' | 'signature'>): string {
  const { prev_hash, event_type, node_id, payload, timestamp, sequence, network_id } = event;
  return sha256(
    [prev_hash, event_type, node_id, payloadText(payload), timestamp, sequence, network_id].join(':'),
  );
}

/** The text an event's signature is over. */
export function signedText(event: Omit<ChainEvent, 'event_id' | 'signature'>): string {
  const { protocol_version, network_id, event_type, node_id, sequence, payload } = event;
  return [protocol_version, network_id, event_type, node_id, sequence, payloadText(payload)].join('|');
}

function payloadText(payload: ChainEvent['payload']): string {
  // The list of keys also sets their order, and a flat payload needs no more.
  return JSON.stringify(payload, Object.keys(payload).sort());
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
