import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { PeerMood } from './demo-peer.ts';

export const peerNames = ['alpha', 'beta', 'gamma'] as const;
export type PeerName = (typeof peerNames)[number];

/** What happens to the world of the worker, and what it is to do then. */
export interface Scene {
  readonly caption: string;
  readonly moods?: Readonly<Partial<Record<PeerName, PeerMood>>>;
  /** Seconds that a peer asks for by Retry-After. */
  readonly waits?: Readonly<Partial<Record<PeerName, number>>>;
  /** Another list of peers, as new to the worker as on the first day; its Retry-Afters stay in force. */
  readonly peers?: readonly PeerName[];
  /** Somebody asks the worker, a little later, to sync now, by force. */
  readonly request?: true;
  /** Over when a run ended like this, or was stuck, so many times. */
  readonly until: Exclude<SyncOutcome, 'idle' | 'running'> | 'stuck';
  /** @default 1 */
  readonly times?: number;
}

/** A round through all that can happen to a worker. It relies on seeds (alpha, gamma) being asked before beta. */
export const scenes: readonly Scene[] = [
  {
    caption: 'alpha and beta serve one chain, which grows by an event a second',
    moods: { alpha: 'well', beta: 'well' },
    peers: ['alpha', 'beta'],
    until: 'ok',
    times: 2,
  },
  { caption: 'alpha breaks down: the same run goes on with beta', moods: { alpha: 'HTTP 500' }, until: 'ok' },
  {
    caption: 'both are overloaded and say when to come back, each in its own way',
    moods: { beta: '429, Retry-After: seconds', alpha: '429, Retry-After: a date' },
    waits: { beta: 3, alpha: 6 },
    until: 'error',
  },
  {
    caption: 'both are well again, but a Retry-After holds until it is over',
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
  { caption: 'the operator takes all peers away', peers: [], until: 'solo' },
  {
    caption: 'gamma and beta are added: gamma takes the request and never answers',
    moods: { beta: 'well', gamma: 'never answers' },
    peers: ['beta', 'gamma'],
    until: 'stuck',
  },
  { caption: 'the worker helps itself', moods: { gamma: 'well' }, until: 'ok' },
  { caption: 'beta turns to another chain', moods: { beta: 'another chain' }, until: 'fork' },
];
