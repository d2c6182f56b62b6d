import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { PeerMood } from './demo-peer.ts';

export type PeerName = 'alpha' | 'beta' | 'gamma';

/** What a scene may do to the world of the worker. */
export interface Stage {
  mood(peer: PeerName, mood: PeerMood): void;
  /** Gives the worker another list of peers, as new to it as on the first day; its Retry-Afters stay in force. */
  setPeers(...peers: readonly PeerName[]): void;
  /** Asks the worker, a little later, to sync now, by force. */
  requestSoon(): void;
}

export interface Scene {
  readonly caption: string;
  readonly arrange: (stage: Stage) => void;
  /** Over when a run ended like this, or was stuck, so many times. */
  readonly until: Exclude<SyncOutcome, 'idle' | 'running'> | 'stuck';
  /** @default 1 */
  readonly times?: number;
}

const well: PeerMood = { kind: 'well' };

/** A round through all that can happen to a worker. It relies on seeds (alpha, gamma) being asked before beta. */
export const scenes: readonly Scene[] = [
  {
    caption: 'alpha and beta serve one chain, which grows by an event a second',
    arrange: (stage) => {
      stage.mood('alpha', well);
      stage.mood('beta', well);
      stage.setPeers('alpha', 'beta');
    },
    until: 'ok',
    times: 2,
  },
  {
    caption: 'alpha breaks down: the same run goes on with beta',
    arrange: (stage) => stage.mood('alpha', { kind: 'failing' }),
    until: 'ok',
  },
  {
    caption: 'both are overloaded and say when to come back, each in its own way',
    arrange: (stage) => {
      stage.mood('beta', { kind: 'rate-limited', retryAfterSeconds: 3, form: 'delay-seconds' });
      stage.mood('alpha', { kind: 'rate-limited', retryAfterSeconds: 6, form: 'http-date' });
    },
    until: 'error',
  },
  {
    caption: 'both are well again, but a Retry-After holds until it is over',
    arrange: (stage) => {
      stage.mood('alpha', well);
      stage.mood('beta', well);
      stage.requestSoon();
    },
    until: 'ok',
  },
  {
    caption: 'beta talks nonsense, alpha breaks down: each failure doubles the wait, up to a cap',
    arrange: (stage) => {
      stage.mood('alpha', { kind: 'failing' });
      stage.mood('beta', { kind: 'garbage' });
    },
    until: 'error',
    times: 3,
  },
  {
    caption: 'the operator takes all peers away',
    arrange: (stage) => stage.setPeers(),
    until: 'solo',
  },
  {
    caption: 'gamma and beta are added: gamma takes the request and never answers',
    arrange: (stage) => {
      stage.mood('beta', well);
      stage.mood('gamma', { kind: 'unresponsive' });
      stage.setPeers('beta', 'gamma');
    },
    until: 'stuck',
  },
  {
    caption: 'the worker helps itself',
    arrange: (stage) => stage.mood('gamma', well),
    until: 'ok',
  },
  {
    caption: 'beta turns to another chain',
    arrange: (stage) => stage.mood('beta', { kind: 'forked' }),
    until: 'fork',
  },
];
