import { ruleText } from '../../explain/rule-text.ts';
import { servingText } from '../../explain/serving-text.ts';
import { fromNow, utcText } from '../../explain/time-text.ts';
import type { PeerWhy } from '../../explain/why.ts';
import type { WorkerStatus } from '../../operations/worker-status.ts';
import { safeText } from '../../policy/safe-text.ts';

/** A status as text: what the worker does, the ten fields, the chain, and the peers with the time each may be asked. */
export function statusText(status: WorkerStatus, heading: string): string {
  const { state, why } = status;
  const at = (seconds: number): string =>
    seconds === 0 ? 'never' : `${utcText(seconds)}, ${fromNow(seconds, why.at)}`;
  const rows = [
    ['worker', heading],
    ['state', why.asking === '' ? state.last_outcome : `${state.last_outcome}, asking ${why.asking}`],
    [why.state === 'running' ? 'stuck' : 'next run', nextText(status)],
    ['due', at(state.next_sync_due_at)],
    ['last started', at(state.last_sync_started_at)],
    ['last finished', at(state.last_sync_finished_at)],
    ['last good', at(state.last_sync_ok_at)],
    ['last peer', state.last_peer_url || 'none'],
    ['last error', state.last_error || 'none'],
    ['failures', String(state.consecutive_failures)],
    ['fork', state.fork_detected ? 'yes' : 'no'],
    ['head', state.current_head || 'none'],
    ['chain', chainText(status)],
    ...status.serving.map((listener) => ['serves', servingText(listener)]),
  ];
  return [...columns(rows), '', ...peersText(status), '', 'Times are UTC.'].join('\n');
}

/** The peers with the time each may be asked, or a line that there are none. */
export function peersText({ peers, why }: Pick<WorkerStatus, 'peers' | 'why'>): string[] {
  if (peers.length === 0) return ['There is no peer; add one with: sync-worker peers add URL'];
  const isLabelled = peers.some((peer) => peer['label'] !== '');
  const rows = peers.map((peer, index) => {
    const asked = why.peers[index];
    return [
      String(peer['peer_url']),
      asked === undefined ? '' : asked.rule,
      asked === undefined ? '' : nextAsk(asked, why.at),
      String(peer['failure_count']),
      utcText(Number(peer['last_sync_ok_at'])),
      ...(isLabelled ? [String(peer['label'])] : []),
      asked?.detail ?? '',
    ];
  });
  const label = isLabelled ? ['label'] : [];
  const heads = ['peer', 'rule', 'may be asked', 'failures', 'last good', ...label, 'last error'];
  return columns([heads, ...rows]);
}

function chainText({ chain, state }: WorkerStatus): string {
  if (chain === null) return 'none that can be read';
  const events = eventsText(chain.count);
  return chain.head === state.current_head ? events : `${events}, head ${chain.head || 'none'}`;
}

/** `1 event`, `2 events`. */
export function eventsText(count: number): string {
  return `${count} ${count === 1 ? 'event' : 'events'}`;
}

function nextText({ why }: WorkerStatus): string {
  if (why.rule === 'due') return 'due now';
  return `${utcText(why.nextRunAt)}, ${fromNow(why.nextRunAt, why.at)} (${ruleText(why)})`;
}

function nextAsk({ nextAskAt }: PeerWhy, now: number): string {
  if (nextAskAt === null) return 'never';
  return nextAskAt <= now ? 'now' : `${utcText(nextAskAt)}, ${fromNow(nextAskAt, now)}`;
}

/** Aligns the cells of rows, made safe to show, in columns two spaces apart, without trailing spaces. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const safeRows = rows.map((row) => row.map((cell) => safeText(cell)));
  const widthOf = (index: number): number => Math.max(...safeRows.map((row) => row[index]?.length ?? 0));
  const widths = (safeRows[0] ?? []).map((_, index) => widthOf(index));
  return safeRows.map((row) => {
    const cells = row.map((cell, index) => cell.padEnd(widths[index] ?? 0));
    return cells.join('  ').trimEnd();
  });
}
