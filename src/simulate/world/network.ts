import type { VirtualClock } from '../../clock/virtual-clock.ts';
import { MAX_RETRY_AFTER_SECONDS } from '../../policy/retry-after.ts';
import type { SimulatedAnswer } from '../contenders/contender.ts';
import type { Meter } from '../figures/meter.ts';
import type { PeerGroup } from '../scenario/scenario.ts';
import { seededRandom } from './seeded-random.ts';
import { createSimulatedPeer, type PeerReply, type SimulatedPeer } from './simulated-peer.ts';

/** The true time at the start, in Unix milliseconds. */
export const BEGINNING_MS = 1_795_000_000_000;

/** Seconds per block of the peers' chain. */
const SECONDS_A_BLOCK = 150;

/** The worker that asks, and its wall clock in Unix milliseconds. */
export interface Asker {
  readonly index: number;
  readonly wallNow: () => number;
}

/** All peers, and requests to them. */
export interface Network {
  readonly urls: readonly string[];
  ask(asker: Asker, peerUrl: string, signal?: AbortSignal): Promise<SimulatedAnswer>;
  /** The wall clock of the worker that is receiving an answer, in Unix milliseconds. */
  wallNow(): number;
}

export interface NetworkOptions {
  readonly groups: readonly PeerGroup[];
  readonly clock: VirtualClock;
  readonly meter: Meter;
  readonly seed: number;
}

/** Until when a worker must stay away, by the true time and by its own clock. Unix milliseconds. */
interface Wait {
  readonly until: number;
  readonly wallUntil: number;
}

export function createNetwork({ groups, clock, meter, seed }: NetworkOptions): Network {
  const peers = groups.map((group, index) => {
    const peer = createSimulatedPeer(index, group, seededRandom(seed, `peer ${index}`));
    return { peer, index, waits: new Map<number, Wait>() };
  });
  const byUrl = new Map(peers.map((entry) => [entry.peer.url, entry]));
  let answered: Asker | undefined;
  const seconds = (): number => clock.now() / 1000;
  const trueWall = (): number => BEGINNING_MS + clock.now();

  const receive = (
    peer: SimulatedPeer,
    waits: Map<number, Wait>,
    asker: Asker,
    reply: PeerReply,
  ): SimulatedAnswer => {
    answered = asker;
    const ok = reply.kind === 'answer' && reply.status === 200;
    meter.ended(asker.index, seconds(), ok);
    if (reply.kind !== 'answer') throw noAnswer(peer.url, reply.kind);
    const header = retryAfterHeader(peer, reply.retryAfter, trueWall());
    if (header !== null) {
      const wait = waitOf(header, reply.retryAfter, trueWall(), asker.wallNow());
      if (wait !== undefined) waits.set(asker.index, wait);
    }
    return {
      ok,
      status: reply.status,
      headers: { get: (name) => (name.toLowerCase() === 'retry-after' ? header : null) },
      head: `block-${Math.floor(seconds() / SECONDS_A_BLOCK)}`,
    };
  };

  return {
    urls: peers.map(({ peer }) => peer.url),
    wallNow: () => answered?.wallNow() ?? trueWall(),
    ask: (asker, peerUrl, signal) => {
      const entry = byUrl.get(peerUrl);
      if (entry === undefined) return Promise.reject(new RangeError(`${peerUrl} is not a simulated peer`));
      const { peer, index, waits } = entry;
      const wait = waits.get(asker.index);
      const isEarly = wait !== undefined && trueWall() < wait.until && asker.wallNow() < wait.wallUntil;
      meter.asked(index, seconds(), isEarly);
      const reply = peer.request(asker.index, seconds());
      return new Promise((resolve, reject) => {
        const timer = clock.setTimeout(() => {
          signal?.removeEventListener('abort', onAbort);
          try {
            resolve(receive(peer, waits, asker, reply));
          } catch (error) {
            reject(error);
          }
        }, reply.afterMs);
        const onAbort = (): void => {
          clock.clearTimeout(timer);
          meter.ended(asker.index, seconds(), false);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}

function noAnswer(url: string, kind: 'refused' | 'silent'): Error {
  return kind === 'refused'
    ? Object.assign(new Error(`connect ECONNREFUSED ${url}`), { code: 'ECONNREFUSED' })
    : Object.assign(new Error(`no answer from ${url}`), { code: 'UND_ERR_HEADERS_TIMEOUT' });
}

function retryAfterHeader({ form }: SimulatedPeer, seconds: number, wall: number): string | null {
  if (seconds === 0) return null;
  return form === 'seconds' ? String(seconds) : new Date(wall + seconds * 1000).toUTCString();
}

/**
 * The wait that a Retry-After asks for. A date means the same moment on every clock; the worker counts at most an hour of it by
 * its own clock. Undefined if the worker's clock is so far ahead that the date looks past, even if the clock is set back later.
 */
function waitOf(header: string, seconds: number, wall: number, ownWall: number): Wait | undefined {
  if (/^\d+$/.test(header)) return { until: wall + seconds * 1000, wallUntil: ownWall + seconds * 1000 };
  const date = Date.parse(header);
  if (date - ownWall < 1000) return undefined;
  return { until: date, wallUntil: Math.min(date, ownWall + MAX_RETRY_AFTER_SECONDS * 1000) };
}
