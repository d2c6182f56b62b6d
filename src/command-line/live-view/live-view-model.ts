import { formatWhy } from '../../explain/format-why.ts';
import { ruleText } from '../../explain/rule-text.ts';
import type { PeerRule, Why } from '../../explain/why.ts';
import type { ChainStatus, WorkerStatus } from '../../operations/worker-status.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { SyncOutcome } from '../../policy/sync-worker-state.ts';
import type { PullReading } from '../log/pull-meter.ts';

/** How a run ended, in the strip of runs; 'stuck' if it was cut short. */
export type RunEnd = Exclude<SyncOutcome, 'idle' | 'running'> | 'stuck';

/** The rule that decides whether a peer may be asked, or that it is being asked. */
export type LivePeerRule = PeerRule | 'being asked';

/** A peer in the view; its texts are safe to show. */
export interface LivePeer {
  readonly name: string;
  readonly rule: LivePeerRule;
  /** Time until it may be asked; undefined if it may be asked now, or if waiting does not help. */
  readonly secondsLeft: number | undefined;
  readonly failures: number;
  /** Time since it last served us; undefined if it never did. */
  readonly okSecondsAgo: number | undefined;
  readonly detail: string;
}

/** The content of the live view at one moment; its texts are safe to show. */
export interface LiveViewModel {
  readonly state: SyncOutcome;
  /** The countdown: to the next run, or while running to the moment when the run counts as stuck. */
  readonly countdown: {
    readonly secondsLeft: number;
    /** The elapsed share of the wait, 0 to 1. */
    readonly done: number;
    /** The rule that sets its end, in a few words. */
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
  /** The latest problem that needs attention, and how long ago it was; undefined if there is none. */
  readonly notice: { readonly text: string; readonly secondsAgo: number } | undefined;
}

/** What the view remembers besides the worker's status. */
export interface LiveViewMemory {
  readonly runs: readonly RunEnd[];
  readonly pull: PullReading | undefined;
  readonly notice: { readonly text: string; readonly at: number } | undefined;
}

/** Maximum characters of a peer's URL; more than fit on a terminal. */
const MAX_URL = 300;
/** Maximum characters of a label, so that it does not hide the URL. */
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
  // A worker that never ran has no start to count from.
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
