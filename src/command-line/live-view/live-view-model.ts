import { formatWhy } from '../../explain/format-why.ts';
import { ruleText } from '../../explain/rule-text.ts';
import type { PeerRule, Why } from '../../explain/why.ts';
import type { ChainStatus, WorkerStatus } from '../../operations/worker-status.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { SyncOutcome } from '../../policy/sync-worker-state.ts';
import type { PullReading } from '../log/pull-meter.ts';

/** How a run ended, as the strip shows it; 'stuck' for one that was cut short. */
export type RunEnd = Exclude<SyncOutcome, 'idle' | 'running'> | 'stuck';

/** Why a peer may or may not be asked, or that it is being asked. */
export type LivePeerRule = PeerRule | 'being asked';

/** One peer of the view; its texts are safe to show. */
export interface LivePeer {
  readonly name: string;
  readonly rule: LivePeerRule;
  /** Until it may be asked; undefined where that is not a matter of time, or is now. */
  readonly secondsLeft: number | undefined;
  readonly failures: number;
  /** Since it last served us; undefined if it never did. */
  readonly okSecondsAgo: number | undefined;
  readonly detail: string;
}

/** What the live view shows, at one moment; its texts are safe to show. */
export interface LiveViewModel {
  readonly state: SyncOutcome;
  /** What is waited for: the next run, or while running the moment the run would be stuck. */
  readonly countdown: {
    readonly secondsLeft: number;
    /** How much of the wait is over, 0 to 1. */
    readonly done: number;
    /** What sets its end, in a few words. */
    readonly rule: string;
    /** The peer being asked; '' if none is. */
    readonly asking: string;
  };
  readonly why: string;
  readonly peers: readonly LivePeer[];
  readonly failures: number;
  readonly okSecondsAgo: number | undefined;
  /** Oldest first. */
  readonly runs: readonly RunEnd[];
  readonly chain: ChainStatus | undefined;
  readonly pull: PullReading | undefined;
  /** The newest thing somebody should look after, and how long ago it was; undefined if there is none. */
  readonly notice: { readonly text: string; readonly secondsAgo: number } | undefined;
}

/** What the view remembers beside the worker's status. */
export interface LiveViewMemory {
  readonly runs: readonly RunEnd[];
  readonly pull: PullReading | undefined;
  readonly notice: { readonly text: string; readonly at: number } | undefined;
}

/** Characters of a peer's URL that are kept; a terminal has room for fewer. */
const MAX_URL = 300;
/** A label is short, so that no label hides the URL. */
const MAX_LABEL = 24;

export function liveViewModel(
  { state, peers, chain, why }: WorkerStatus,
  memory: LiveViewMemory,
): LiveViewModel {
  return {
    state: why.state,
    countdown: countdownOf(why),
    why: safeText(formatWhy(why)),
    peers: why.peers.map((peer, index) => livePeer(peer, peers[index] ?? {}, why)),
    failures: why.consecutiveFailures,
    okSecondsAgo: ago(state['last_sync_ok_at'], why.at),
    runs: memory.runs,
    chain: chain === null ? undefined : { head: safeText(chain.head), count: chain.count },
    pull: memory.pull,
    notice: memory.notice && { text: memory.notice.text, secondsAgo: Math.max(0, why.at - memory.notice.at) },
  };
}

function countdownOf(why: Why): LiveViewModel['countdown'] {
  const { at, since, nextRunAt, asking } = why;
  const secondsLeft = Math.max(0, nextRunAt - at);
  const whole = nextRunAt - since;
  // A worker that never ran has no beginning to count from.
  const done =
    since > 0 && whole > 0 ? Math.min(1, Math.max(0, (at - since) / whole)) : secondsLeft > 0 ? 0 : 1;
  return { secondsLeft, done, rule: safeText(ruleText(why)), asking: safeText(asking, MAX_URL) };
}

function livePeer(
  { peerUrl, rule, nextAskAt, detail }: Why['peers'][number],
  record: Readonly<Record<string, unknown>>,
  why: Why,
): LivePeer {
  const label = typeof record['label'] === 'string' ? safeText(record['label'], MAX_LABEL) : '';
  const url = safeText(peerUrl, MAX_URL);
  const failures = record['failure_count'];
  const waits = rule === 'cooldown' || rule === 'retry-after';
  return {
    name: label === '' ? url : `${label} ${url}`,
    rule: peerUrl === why.asking && rule !== 'not a sync peer' ? 'being asked' : rule,
    secondsLeft: waits && nextAskAt !== null ? Math.max(0, nextAskAt - why.at) : undefined,
    failures: typeof failures === 'number' ? failures : 0,
    okSecondsAgo: ago(record['last_sync_ok_at'], why.at),
    detail: safeText(detail),
  };
}

function ago(seconds: unknown, now: number): number | undefined {
  return typeof seconds === 'number' && seconds > 0 ? Math.max(0, now - seconds) : undefined;
}
