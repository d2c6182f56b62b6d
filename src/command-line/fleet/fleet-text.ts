import { durationText, utcText } from '../../explain/time-text.ts';
import type { FleetFinding, FleetPeer, FleetStatus } from '../../fleet/index.ts';
import { safeText } from '../../policy/safe-text.ts';
import { columns } from '../text/status-text.ts';

/** Maximum number of names on a line. */
const SHOWN = 5;

/** The counts of a fleet, as text. */
export function fleetStatusText(status: FleetStatus): string {
  const { name, at, workers, states, alarms, paused, processes, closedGates, quietUntil } = status;
  const counted = (counts: object): string =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ') || 'none';
  const rows = [
    ['fleet', name],
    ['workers', `${workers}: ${counted(states)}`],
    ['alarms', `${counted(alarms)}${paused ? '; the queue is paused' : ''}`],
    ...closedGates.longest
      .slice(0, SHOWN)
      .map(({ origin, closedUntil }) => [
        'closed gate',
        safeText(`${origin}, for ${durationText(closedUntil - at)}`),
      ]),
    ...(closedGates.count > SHOWN ? [['closed gates', `${closedGates.count} in all`]] : []),
    ...(quietUntil > 0
      ? [['quiet', `nobody is asked until ${utcText(quietUntil)}: Redis had forgotten`]]
      : []),
    ...processes.map(({ about, seenAt }) => ['process', `${about}, heard ${ago(at - seenAt)}`]),
    ...(processes.length === 0
      ? [['process', 'none; start one with: sync-worker fleet work --module FILE']]
      : []),
  ];
  return columns(rows).join('\n');
}

/** The gate of a peer, as text. @param now Unix seconds */
export function fleetPeerText(peer: FleetPeer, now: number): string {
  const { origin, closedUntil, header, inFlight, waiting, waitingCount } = peer;
  const closed =
    closedUntil === 0
      ? 'open'
      : `closed until ${utcText(closedUntil)}, for ${durationText(closedUntil - now)}${header === '' ? '' : `, by Retry-After "${header}"`}`;
  const some = (ids: readonly string[], count: number): string =>
    `${count}${count === 0 ? '' : `: ${ids.slice(0, SHOWN).join(', ')}${count > SHOWN ? ', …' : ''}`}`;
  const waitingIds = waiting.map(({ id }) => id);
  return columns([
    ['origin', origin],
    ['gate', closed],
    ['asking', some(inFlight, inFlight.length)],
    ['waiting', some(waitingIds, waitingCount)],
  ]).join('\n');
}

/** The doctor's findings, as text. */
export function doctorText(findings: readonly FleetFinding[]): string {
  return columns(findings.map(({ level, what }) => [level, what])).join('\n');
}

function ago(seconds: number): string {
  return seconds < 1 ? 'now' : `${durationText(seconds)} ago`;
}
