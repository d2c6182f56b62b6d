import type { Logger } from 'pino';
import { utcText } from '../../explain/time-text.ts';
import type { FleetEvent } from '../../fleet/index.ts';
import { messageOf } from '../../policy/thrown.ts';

interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Writes what a process of a fleet does, as lines of its log. */
export function logFleetEvent(logger: Logger, event: FleetEvent): void {
  const { level, text, fields } = lineOf(event);
  logger[level]({ event: event.type, ...('id' in event ? { id: event.id } : {}), ...fields }, text);
}

function lineOf(event: FleetEvent): Line {
  switch (event.type) {
    case 'run.started':
      return { level: 'debug', text: `${event.id} asks ${event.peerUrl}`, fields: { peer: event.peerUrl } };
    case 'attempt.finished': {
      const { id, peerUrl: peer, result } = event;
      const error = 'error' in result ? `: ${result.error}` : '';
      const { outcome } = result;
      return { level: 'debug', text: `${id} ${outcome}${error}`, fields: { peer, outcome } };
    }
    case 'run.finished': {
      const { id, fence, ended, state, nextAt } = event;
      const { lastOutcome: outcome, lastError: error, currentHead: head } = state;
      const why = error === '' ? '' : `: ${error}`;
      return {
        level: 'info',
        text: `${id} ${ended === 'finished' ? outcome : ended}${why}`,
        fields: { fence, ended, outcome, head, ...(error === '' ? {} : { error }), next: utcText(nextAt) },
      };
    }
    case 'run.held': {
      const until = utcText(event.until);
      return {
        level: 'debug',
        text: `${event.id} is held until ${until}`,
        fields: { peer: event.peerUrl, until },
      };
    }
    case 'run.superseded':
      return {
        level: 'warn',
        text: `the result of ${event.id} came too late, and was dropped`,
        fields: { fence: event.fence },
      };
    case 'leave.stale':
      return {
        level: 'warn',
        text: `a leave for ${event.id} came too late, and is asked for anew`,
        fields: { seconds: event.seconds },
      };
    case 'store.down':
      return {
        level: 'error',
        text: `Redis is away, and nobody is asked: ${messageOf(event.error)}`,
        fields: { error: messageOf(event.error) },
      };
    case 'store.up':
      return { level: 'info', text: 'Redis is back' };
    case 'store.forgot': {
      const until = utcText(event.until);
      return {
        level: 'error',
        text: `Redis had forgotten; nobody is asked until ${until}`,
        fields: { until },
      };
    }
    case 'clock.stepped': {
      const { seconds } = event;
      const text = `the clock of Redis was set by ${seconds} s; nobody is asked for a minute`;
      return { level: 'error', text, fields: { seconds } };
    }
    case 'alarms.restored': {
      const { length: count } = event.ids;
      return { level: 'warn', text: `${count} alarms were missing, and are set again`, fields: { count } };
    }
    case 'fault':
      return { level: 'error', text: messageOf(event.error), fields: { error: messageOf(event.error) } };
  }
}
