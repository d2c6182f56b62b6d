import { createPeerList, type PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { MAX_RETRY_AFTER_SECONDS } from '../../policy/retry-after.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { type Invariant, ROUNDING } from './invariant.ts';

/**
 * No peer is asked before the time that its own last Retry-After named. What a peer asked for is known from what the worker
 * tells of its attempts, and from the scripted peers themselves: a sync function that does not tell the worker is found out.
 */
export const polite: Invariant = (breach) => {
  /** By peer, until when nobody may ask: as attempts told, and as the peers themselves said. */
  const told = new Map<string, number>();
  const said = new Map<string, number>();
  const atLeast = (known: Map<string, number>, peerUrl: string, until: number): void => {
    known.set(peerUrl, Math.max(known.get(peerUrl) ?? 0, until));
  };
  const fromRecord = (peer: PeerRecord): void => {
    if (peer.bucket === 'sync') atLeast(told, peer.peerUrl, retryAfterUntil(peer));
  };
  const bound = (now: number): void => {
    // Stored are whole seconds: rounded up from a moment that may be a fraction before.
    const latest = Math.ceil(now) + MAX_RETRY_AFTER_SECONDS;
    for (const known of [told, said]) {
      for (const [url, until] of known) known.set(url, Math.min(until, latest));
    }
  };
  let isCrash = false;

  return {
    before: (entry, fold) => {
      const { at } = entry;
      // A wait that is over stays over for the peer, whatever becomes of the clock while a save holds back the request.
      for (const [url, until] of said) if (until <= at) said.delete(url);
      switch (entry.kind) {
        case 'happened': {
          const { happening } = entry;
          if (happening.kind === 'crash') isCrash = true;
          if (happening.kind === 'jump') bound(at + happening.seconds);
          if (happening.kind !== 'reset peer' || !happening.force) return;
          if (fold.inSync(happening.peerUrl) === undefined) return;
          told.delete(happening.peerUrl);
          said.delete(happening.peerUrl);
          return;
        }
        case 'loaded': {
          if (!isCrash) return;
          isCrash = false;
          // A process that was killed knows what its storage knows, and nothing else.
          told.clear();
          const remembered = new Map(
            peersIn(entry.saved).map((peer) => [peer.peerUrl, retryAfterUntil(peer)]),
          );
          for (const [url, until] of said) said.set(url, Math.min(until, remembered.get(url) ?? 0));
          return;
        }
        case 'began':
          // What was over may be lost with a peer that was removed meanwhile; a clock set back does not bring it back.
          for (const [url, until] of told) if (until <= at) told.delete(url);
          createPeerList(entry.input.peers ?? []).forEach(fromRecord);
          bound(at);
          return;
        case 'fetched': {
          const until = said.get(entry.peerUrl) ?? 0;
          if (at < until - ROUNDING) breach(`${entry.peerUrl} is asked ${secondsText(until - at)} too early`);
          return;
        }
        case 'refused':
          atLeast(said, entry.peerUrl, entry.until);
          return;
        case 'emitted':
          break;
        default:
          return;
      }
      const { event } = entry;
      if (event.type === 'attempt.started') {
        const until = told.get(event.peerUrl) ?? 0;
        if (at < until) breach(`an attempt at ${event.peerUrl} begins ${secondsText(until - at)} too early`);
      } else if (event.type === 'attempt.finished' && event.result.outcome === 'error') {
        const { retryAfterSeconds } = event.result;
        if (retryAfterSeconds > 0) atLeast(told, event.peerUrl, at + retryAfterSeconds);
      } else if (event.type === 'waits.bounded') {
        bound(at);
      } else if (event.type === 'peers.changed') {
        // What a peer asked for may be lost with the peer, once it is over.
        const urls = new Set(event.peers.map(({ peerUrl }) => peerUrl));
        for (const [url, until] of told) if (until <= at && !urls.has(url)) told.delete(url);
        event.peers.forEach(fromRecord);
      }
    },
  };
};

function secondsText(seconds: number): string {
  return `${Math.round(seconds * 1000) / 1000} s`;
}

/** The sync peers in what a storage gave, which may be anything. */
function peersIn(saved: unknown): readonly PeerRecord[] {
  if (!isRecord(saved) || !Array.isArray(saved['peers'])) return [];
  try {
    return createPeerList(saved['peers']).filter(({ bucket }) => bucket === 'sync');
  } catch {
    // A worker that refuses it does not start from it.
    return [];
  }
}
