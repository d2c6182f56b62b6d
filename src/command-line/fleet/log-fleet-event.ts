import type { Logger } from 'pino';
import { utcText } from '../../explain/time-text.ts';
import type { FleetEvent } from '../../fleet/index.ts';
import { messageOf } from '../../policy/thrown.ts';

type Line = readonly [
  level: 'debug' | 'info' | 'warn' | 'error',
  text: string,
  fields?: Readonly<Record<string, unknown>>,
];

/** Logs the events of a fleet's process. */
export function logFleetEvent(logger: Logger, event: FleetEvent): void {
  const [level, text, fields] = lineOf(event);
  logger[level]({ event: event.type, ...('id' in event ? { id: event.id } : {}), ...fields }, text);
}

function lineOf(event: FleetEvent): Line {
  switch (event.type) {
    case 'run.started':
      return ['debug', `${event.id} asks ${event.peerUrl}`, { peer: event.peerUrl }];
    case 'attempt.finished': {
      const { id, peerUrl: peer, result } = event;
      const error = 'error' in result ? `: ${result.error}` : '';
      return ['debug', `${id} ${result.outcome}${error}`, { peer, outcome: result.outcome }];
    }
    case 'run.finished': {
      const { id, fence, ended, state, nextAt } = event;
      const { lastOutcome: outcome, lastError: error, currentHead: head } = state;
      const text = `${id} ${ended === 'finished' ? outcome : ended}${error === '' ? '' : `: ${error}`}`;
      const failed = error === '' ? {} : { error };
      return ['info', text, { fence, ended, outcome, head, ...failed, next: utcText(nextAt) }];
    }
    case 'run.held': {
      const until = utcText(event.until);
      return ['debug', `${event.id} is held until ${until}`, { peer: event.peerUrl, until }];
    }
    case 'run.superseded':
      return ['warn', `the result of ${event.id} came too late, and was dropped`, { fence: event.fence }];
    case 'leave.stale': {
      const { id, seconds } = event;
      return ['warn', `a leave for ${id} came too late, and is asked for anew`, { seconds }];
    }
    case 'store.down': {
      const error = messageOf(event.error);
      return ['error', `Redis is away, and nobody is asked: ${error}`, { error }];
    }
    case 'store.up':
      return ['info', 'Redis is back'];
    case 'store.forgot': {
      const until = utcText(event.until);
      return ['error', `Redis had forgotten; nobody is asked until ${until}`, { until }];
    }
    case 'clock.stepped': {
      const { seconds } = event;
      return [
        'error',
        `the clock of Redis was set by ${seconds} s; nobody is asked for a minute`,
        { seconds },
      ];
    }
    case 'alarms.restored': {
      const { length: count } = event.ids;
      return ['warn', `${count} alarms were missing, and are set again`, { count }];
    }
    case 'fault':
      return ['error', messageOf(event.error), { error: messageOf(event.error) }];
  }
}
