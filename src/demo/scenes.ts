import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { PeerMood } from './demo-peer.ts';

export const peerNames = ['alpha', 'beta', 'gamma'] as const;
export type PeerName = (typeof peerNames)[number];

/** Something that happens around the worker, and how the worker must react. */
export interface Scene {
  readonly caption: string;
  readonly moods?: Readonly<Partial<Record<PeerName, PeerMood>>>;
  /** The Retry-After of a peer, in seconds. */
  readonly waits?: Readonly<Partial<Record<PeerName, number>>>;
  /** Replaces the list of peers with new records; Retry-Afters stay in force. */
  readonly peers?: readonly PeerName[];
  /** Requests a forced sync a little later. */
  readonly request?: true;
  /** The scene is over when `times` runs have ended like this, or were stuck. */
  readonly until: Exclude<SyncOutcome, 'idle' | 'running'> | 'stuck';
  /** @default 1 */
  readonly times?: number;
}

/** A tour of everything that can happen to a worker. It relies on seeds (alpha, gamma) being asked before beta. */
export const scenes: readonly Scene[] = [
  {
    caption: 'alpha and beta serve one chain, which grows by an event a second',
    moods: { alpha: 'well', beta: 'well' },
    peers: ['alpha', 'beta'],
    until: 'ok',
    times: 2,
  },
  {
    caption: 'alpha breaks down: the same run continues with beta',
    moods: { alpha: 'HTTP 500' },
    until: 'ok',
  },
  {
    caption: 'both are overloaded and say when to come back, each in its own way',
    moods: { beta: '429, Retry-After: seconds', alpha: '429, Retry-After: a date' },
    waits: { beta: 3, alpha: 6 },
    until: 'error',
  },
  {
    caption: 'both work again, but a Retry-After holds until it is over',
    moods: { alpha: 'well', beta: 'well' },
    request: true,
    until: 'ok',
  },
  {
    caption: 'beta talks nonsense, alpha breaks down: each failure doubles the wait, up to a cap',
    moods: { alpha: 'HTTP 500', beta: 'no JSON' },
    until: 'error',
    times: 3,
  },
  { caption: 'the operator removes all peers', peers: [], until: 'solo' },
  {
    caption: 'gamma and beta are added: gamma accepts the request and never answers',
    moods: { beta: 'well', gamma: 'never answers' },
    peers: ['beta', 'gamma'],
    until: 'stuck',
  },
  { caption: 'the worker recovers by itself', moods: { gamma: 'well' }, until: 'ok' },
  { caption: 'beta turns to another chain', moods: { beta: 'another chain' }, until: 'fork' },
];
