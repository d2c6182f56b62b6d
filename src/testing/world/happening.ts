import { durationText } from '../../explain/time-text.ts';
import type { PeerRecordInput } from '../../policy/peer-record.ts';
import type { SyncPolicyOptions } from '../../policy/sync-policy.ts';

/** Something that happens to a worker. Plain data, so that a counterexample can be pasted into a test. */
export type Happening =
  /** Milliseconds pass. */
  | { readonly kind: 'pass'; readonly ms: number }
  /** The wall clock is set ahead, or back if `seconds` is negative. */
  | { readonly kind: 'jump'; readonly seconds: number }
  | { readonly kind: 'request'; readonly force: boolean }
  | { readonly kind: 'set peers'; readonly peers: readonly (string | PeerRecordInput)[] }
  | { readonly kind: 'peer seen'; readonly peerUrl: string }
  | { readonly kind: 'reset peer'; readonly peerUrl: string; readonly force: boolean }
  | { readonly kind: 'set policy'; readonly policy: SyncPolicyOptions }
  /** The process is killed, and comes back after `downMs`: what was not saved is lost. */
  | { readonly kind: 'crash'; readonly downMs: number }
  /** The worker is stopped in an orderly way, and started again after `downMs` in the same process. */
  | { readonly kind: 'stop'; readonly downMs: number };

/** What happened, in words. */
export function happeningText(happening: Happening): string {
  switch (happening.kind) {
    case 'pass':
      return `${millisecondsText(happening.ms)} pass`;
    case 'jump':
      return `the wall clock is set ${happening.seconds < 0 ? 'back' : 'ahead'} by ${durationText(Math.abs(happening.seconds))}`;
    case 'request':
      return happening.force ? 'a sync is requested by force' : 'a sync is requested';
    case 'set peers':
      return `the peers are now: ${happening.peers.map(urlOf).join(', ') || 'none'}`;
    case 'peer seen':
      return `${happening.peerUrl} gets in touch`;
    case 'reset peer':
      return `${happening.peerUrl} is reset${happening.force ? ' by force' : ''}`;
    case 'set policy':
      return `the policy is now: ${JSON.stringify(happening.policy)}`;
    case 'crash':
      return `the process is killed, and comes back after ${millisecondsText(happening.downMs)}`;
    case 'stop':
      return `the worker is stopped, and started again after ${millisecondsText(happening.downMs)}`;
  }
}

/** `250 ms`, `90 s`, `2 h 5 min`. */
export function millisecondsText(ms: number): string {
  return ms < 1000 && ms > 0 ? `${ms} ms` : durationText(ms / 1000);
}

function urlOf(peer: string | PeerRecordInput): string {
  return typeof peer === 'string' ? peer : peer.peerUrl;
}
