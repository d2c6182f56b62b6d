import { normalizePeerUrl } from '../../policy/peer-url.ts';
import { MAX_RETRY_AFTER_SECONDS } from '../../policy/retry-after.ts';
import {
  createWorldClock,
  type InnerClock,
  innerClock,
  setClockOf,
  type WorldClock,
} from '../world/world-clock.ts';
import { HEALTHY, type PeerAnswer, type PeerScript, type ScriptedRetryAfter } from './peer-script.ts';

/** A request that a scripted peer received. */
export interface Ask {
  readonly peerUrl: string;
  readonly url: string;
  readonly method: string;
  /** Wall time in Unix seconds. */
  readonly at: number;
  readonly answer: PeerAnswer;
}

/** Makes the answer of a healthy peer: a text body, a value to send as JSON, or a whole `Response`. */
export type HealthyAnswer = (request: {
  readonly url: string;
  readonly init: RequestInit;
  readonly head: string;
}) => unknown;

/** Peers on virtual time, behind a `fetch`. */
export interface ScriptedPeers {
  /** The peers for the worker. A world that gets this list object uses the clock of these peers. */
  readonly urls: readonly string[];
  /**
   * For your sync function, in place of the global `fetch`. Hosts that are not in the script refuse the connection until
   * `heal()`.
   */
  readonly fetch: typeof globalThis.fetch;
  /** Every request so far. */
  readonly asks: readonly Ask[];
  readonly clock: WorldClock;
  /** From now on every host answers well, scripted or not. Requests under way are not affected. */
  heal(): void;
}

/** Options of `scriptedPeers()`. */
export interface ScriptedPeersOptions {
  /** A good answer in your protocol. @default JSON `{ head }` */
  readonly answer?: HealthyAnswer | undefined;
  /** @default a new clock, which a world with `peers: peers.urls` uses too */
  readonly clock?: WorldClock | undefined;
}

/**
 * Creates peers that follow a script.
 *
 * @throws TypeError for a script without peers, or an invalid URL
 */
export function scriptedPeers(script: PeerScript, options: ScriptedPeersOptions = {}): ScriptedPeers {
  const { answer: healthy = ({ head }) => ({ head }), clock = createWorldClock() } = options;
  const inner = innerClock(clock);
  const peers = Object.entries(script).map(([url, answers]) => {
    if (!Array.isArray(answers)) throw new TypeError(`the script of ${url} is not a list of answers`);
    return { peerUrl: normalizePeerUrl(url), left: [...answers] };
  });
  if (peers.length === 0) throw new TypeError('The script has no peer; allowed is { [url]: answers }');
  const asks: Ask[] = [];
  let isHealed = false;
  const heal = (): void => {
    isHealed = true;
  };
  inner.healers.add(heal);

  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
    signal?.throwIfAborted();
    const found = peers.find(({ peerUrl }) => isAt(url, peerUrl));
    // After heal(), hosts that are not in the script answer too.
    const peer = found ?? (isHealed ? { peerUrl: new URL(url).origin, left: [] } : undefined);
    if (peer === undefined) throw networkError('ECONNREFUSED', url);
    const { peerUrl } = peer;
    const answer = isHealed
      ? HEALTHY
      : ((peer.left.length > 1 ? peer.left.shift() : peer.left[0]) ?? HEALTHY);
    const method = init.method ?? (input instanceof Request ? input.method : 'GET');
    asks.push({ peerUrl, url, method, at: inner.now() / 1000, answer });
    inner.note({ kind: 'fetched', peerUrl });
    const isForEver = answer.kind === 'hangs';
    const afterMs = 'afterMs' in answer ? (answer.afterMs ?? 0) : 0;
    if (isForEver || afterMs > 0) await wait(inner, isForEver ? undefined : afterMs, signal);
    return answered(answer, url, signal);

    function answered(given: PeerAnswer, asked: string, stop: AbortSignal | null | undefined): Response {
      switch (given.kind) {
        case 'resets':
          throw networkError('ECONNRESET', asked);
        case 'garbage':
          return new Response(given.body);
        case 'refuses': {
          const { header, until } = retryAfterOf(given.retryAfter, inner.now() / 1000);
          if (until > 0) inner.note({ kind: 'refused', peerUrl, until });
          return new Response(null, {
            status: given.status,
            headers: header === undefined ? {} : { 'retry-after': header },
          });
        }
        default: {
          const head = given.kind === 'answers' ? (given.head ?? 'head') : 'head';
          const said = healthy({ url: asked, init, head });
          if (said instanceof Response) return said;
          const text = typeof said === 'string' ? said : JSON.stringify(said);
          if (given.kind === 'slow body') return new Response(slowBody(text, given, inner, stop));
          if (given.kind === 'broken body') return new Response(brokenBody(text, asked));
          return new Response(text, { headers: { 'content-type': 'application/json' } });
        }
      }
    }
  };
  const urls = Object.freeze(peers.map(({ peerUrl }) => peerUrl));
  setClockOf(urls, clock);
  return { urls, fetch, asks, clock, heal };
}

function isAt(url: string, peerUrl: string): boolean {
  return url === peerUrl || url.startsWith(`${peerUrl}/`) || url.startsWith(`${peerUrl}?`);
}

/** The error that undici throws. */
function networkError(code: string, url: string): TypeError {
  const cause = Object.assign(new Error(`${code} ${new URL(url).host}`), { code });
  return new TypeError('fetch failed', { cause });
}

/** Resolves after `ms` virtual milliseconds, or never if undefined. Rejects as `fetch` does when the signal aborts. */
function wait(
  clock: InnerClock,
  ms: number | undefined,
  signal: AbortSignal | null | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = ms === undefined ? clock.wait() : undefined;
    const timer = ms === undefined ? undefined : clock.setTimeout(done, ms);
    signal?.addEventListener('abort', abort, { once: true });
    function done(): void {
      signal?.removeEventListener('abort', abort);
      resolve();
    }
    function abort(): void {
      over?.();
      clock.clearTimeout(timer);
      reject(signal?.reason);
    }
  });
}

/** The header, and the wall time before which the peer must not be asked. Waits are capped at one hour. */
function retryAfterOf(
  asked: ScriptedRetryAfter | undefined,
  now: number,
): { readonly header: string | undefined; readonly until: number } {
  if (asked === undefined) return { header: undefined, until: 0 };
  if ('header' in asked) return { header: asked.header, until: 0 };
  if ('seconds' in asked) {
    const { seconds } = asked;
    return {
      header: String(seconds),
      until: seconds > 0 ? now + Math.min(seconds, MAX_RETRY_AFTER_SECONDS) : 0,
    };
  }
  // HTTP-dates have whole seconds.
  const date = Math.ceil(now + asked.dateInSeconds);
  return {
    header: new Date(date * 1000).toUTCString(),
    // Less than a second rounds to no wait; the pause between two runs is longer anyway.
    until: date - now >= 1 ? Math.min(date, now + MAX_RETRY_AFTER_SECONDS) : 0,
  };
}

function slowBody(
  text: string,
  { pieces, everyMs }: { readonly pieces: number; readonly everyMs: number },
  clock: InnerClock,
  signal: AbortSignal | null | undefined,
): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const size = Math.max(1, Math.ceil(bytes.length / Math.max(1, pieces)));
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        await wait(clock, everyMs, signal);
        controller.enqueue(bytes.subarray(sent, sent + size));
        sent += size;
        if (sent >= bytes.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function brokenBody(text: string, url: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let isSent = false;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (isSent) controller.error(networkError('ECONNRESET', url));
        else controller.enqueue(bytes.subarray(0, bytes.length >> 1));
        isSent = true;
      },
    },
    { highWaterMark: 0 },
  );
}
