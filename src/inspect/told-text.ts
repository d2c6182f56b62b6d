import type { SyncWorkerNotification } from '../worker/notifications.ts';

/** More of an error or a URL is not kept. */
const MAX_CHARACTERS = 500;

/** What an event tells, on one line; its type stands beside it. */
export function toldText(event: SyncWorkerNotification): string {
  return oneLine(textOf(event));
}

/** Of a length to keep many of, without control characters. */
export function oneLine(text: string): string {
  // A part of a long string keeps the whole of it in memory, until it is copied.
  const line = text.slice(0, MAX_CHARACTERS).replace(/[\s\p{Cc}]+/gu, ' ');
  return text.length > MAX_CHARACTERS ? `${line}…` : line;
}

function textOf(event: SyncWorkerNotification): string {
  switch (event.type) {
    case 'run.started':
      return 'a run began';
    case 'attempt.started':
      return `asking ${event.peerUrl}`;
    case 'attempt.finished': {
      const { peerUrl, result, durationSeconds } = event;
      const what = result.outcome === 'ok' ? `ok, head ${result.head || 'empty'}` : result.error;
      return `${peerUrl} after ${durationSeconds.toFixed(2)} s: ${what}`;
    }
    case 'run.withdrawn':
      return 'the run was withdrawn';
    case 'run.stuck':
      return `${event.peerUrl} did not answer in time; its attempt was aborted`;
    case 'run.finished':
      return event.state.lastError === ''
        ? `the run ended: ${event.state.lastOutcome}`
        : `the run ended: ${event.state.lastOutcome}, ${event.state.lastError}`;
    case 'peers.changed':
      return `${event.peers.length} peers`;
    case 'policy.changed':
      return `an interval of ${event.policy.intervalSeconds} s, and the rest of the policy`;
    case 'event.refused':
      return event.reason;
    case 'storage.failed':
    case 'fault':
      return event.error.message;
    case 'storage.notice':
      return event.message;
    case 'clock.jumped':
      return `by ${event.seconds.toFixed(1)} s`;
  }
}
