import { createPeerList, type PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { MAX_RETRY_AFTER_SECONDS } from '../../policy/retry-after.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { type Invariant, ROUNDING } from './invariant.ts';

/**
 * No peer is asked before its own last Retry-After is over. The Retry-After is known from the worker's attempts and from the
 * scripted peers themselves, which catches a sync function that does not report it to the worker.
 */
export const polite: Invariant = (breach) => {
  /** By peer, until when it must not be asked: as the worker's attempts reported it, and as the peer itself sent it. */
  const reported = new Map<string, number>();
  const sent = new Map<string, number>();
  const atLeast = (known: Map<string, number>, peerUrl: string, until: number): void => {
    known.set(peerUrl, Math.max(known.get(peerUrl) ?? 0, until));
  };
  const fromRecord = (peer: PeerRecord): void => {
    if (peer.bucket === 'sync') atLeast(reported, peer.peerUrl, retryAfterUntil(peer));
  };
  const bound = (now: number): void => {
    // The worker stores whole seconds, rounded up.
    const latest = Math.ceil(now) + MAX_RETRY_AFTER_SECONDS;
    for (const known of [reported, sent]) {
      for (const [url, until] of known) known.set(url, Math.min(until, latest));
    }
  };
  let isCrash = false;

  return {
    before: (entry, fold) => {
      const { at } = entry;
      // A wait that is over stays over, even if the clock is set back while a slow save delays the request.
      for (const [url, until] of sent) if (until <= at) sent.delete(url);
      switch (entry.kind) {
        case 'happened': {
          const { happening } = entry;
          if (happening.kind === 'crash') isCrash = true;
          if (happening.kind === 'jump') bound(at + happening.seconds);
          if (happening.kind !== 'reset peer' || !happening.force) return;
          if (fold.inSync(happening.peerUrl) === undefined) return;
          reported.delete(happening.peerUrl);
          sent.delete(happening.peerUrl);
          return;
        }
        case 'loaded': {
          if (!isCrash) return;
          isCrash = false;
          // After a crash the worker only knows what its storage knows.
          reported.clear();
          const remembered = new Map(
            peersIn(entry.saved).map((peer) => [peer.peerUrl, retryAfterUntil(peer)]),
          );
          for (const [url, until] of sent) sent.set(url, Math.min(until, remembered.get(url) ?? 0));
          return;
        }
        case 'began':
          // A wait that is over may be lost with a removed peer; setting the clock back does not bring it back.
          for (const [url, until] of reported) if (until <= at) reported.delete(url);
          createPeerList(entry.input.peers ?? []).forEach(fromRecord);
          bound(at);
          return;
        case 'fetched': {
          const until = sent.get(entry.peerUrl) ?? 0;
          if (at < until - ROUNDING) breach(`${entry.peerUrl} is asked ${secondsText(until - at)} too early`);
          return;
        }
        case 'refused':
          atLeast(sent, entry.peerUrl, entry.until);
          return;
        case 'emitted':
          break;
        default:
          return;
      }
      const { event } = entry;
      if (event.type === 'attempt.started') {
        const until = reported.get(event.peerUrl) ?? 0;
        if (at < until) breach(`an attempt at ${event.peerUrl} starts ${secondsText(until - at)} too early`);
      } else if (event.type === 'attempt.finished' && event.result.outcome === 'error') {
        const { retryAfterSeconds } = event.result;
        if (retryAfterSeconds > 0) atLeast(reported, event.peerUrl, at + retryAfterSeconds);
      } else if (event.type === 'waits.bounded') {
        bound(at);
      } else if (event.type === 'peers.changed') {
        // A wait that is over may be lost with a removed peer.
        const urls = new Set(event.peers.map(({ peerUrl }) => peerUrl));
        for (const [url, until] of reported) if (until <= at && !urls.has(url)) reported.delete(url);
        event.peers.forEach(fromRecord);
      }
    },
  };
};

function secondsText(seconds: number): string {
  return `${Math.round(seconds * 1000) / 1000} s`;
}

/** The sync peers in what a storage loaded, which may be anything. */
function peersIn(saved: unknown): readonly PeerRecord[] {
  if (!isRecord(saved) || !Array.isArray(saved['peers'])) return [];
  try {
    return createPeerList(saved['peers']).filter(({ bucket }) => bucket === 'sync');
  } catch {
    // The worker refuses malformed peers too and does not start with them.
    return [];
  }
}
