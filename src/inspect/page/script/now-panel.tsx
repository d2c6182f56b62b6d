import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatWhy } from '../../../explain/format-why.ts';
import { durationText, fromNow } from '../../../explain/time-text.ts';
import type { Why } from '../../../explain/why.ts';
import type { InspectorView } from '../../inspector-view.ts';
import { ask } from './ask.ts';
import type { Connection } from './feed.ts';
import type { Moment } from './model.ts';
import { Mark } from './parts.tsx';
import { countdownText, utcText } from './time-text.ts';
import { toneOf } from './tones.ts';

interface NowProps {
  readonly moment: Moment;
  readonly view: InspectorView;
  readonly connection: Connection;
  /** Milliseconds of the page's own clock. */
  readonly elapsed: number;
}

/** The state in one word, the countdown, current trouble, and why the worker waits. */
export function NowPanel({ moment, view, connection, elapsed }: NowProps): VNode {
  const { why, at, condition, isPast } = moment;
  const isLost = connection.kind === 'lost' && !isPast;
  const isStopped = condition === 'stopped';
  const left = why.nextRunAt - at;
  const countdown = isLost || isStopped ? '–' : left > 0 ? countdownText(left) : 'now';
  const mark = isLost ? 'lost' : condition;
  return (
    <section id="now" class={`panel ${isLost ? 'calm' : toneOf(condition)}`} aria-label="Now">
      <div class="state">
        <Mark of={mark} />
        <strong id="state">{isLost ? <s>{stateWord(moment)}</s> : stateWord(moment)}</strong>
        <span id="since" title={utcText(why.since)}>
          {since(why, at)}
        </span>
      </div>
      <div class="next">
        <strong id="countdown" title={utcText(why.nextRunAt)}>
          {countdown}
        </strong>
        <span id="countdown-to">
          {isLost ? lostWords(connection, elapsed) : isStopped ? stoppedWords(view) : meaning(why, left)}
        </span>
        <Bar why={why} left={left} isStill={isLost || isStopped} />
      </div>
      <Trouble moment={moment} />
      <p id="why">
        {isLost ? `As of ${utcText(at)}: ` : ''}
        {formatWhy(why)}
      </p>
      {view.remarks.length > 0 && (
        <ul id="remarks" class="note">
          {view.remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      {view.source === 'live' && <Controls view={view} isLost={isLost} />}
    </section>
  );
}

/** The state, or `stopped` for a stopped worker. */
export function stateWord({ condition, why }: Moment): string {
  return condition === 'stopped' ? 'stopped' : why.state;
}

function since({ since: began, started, state }: Why, at: number): string {
  if (began === 0) return 'never ran';
  const span = durationText(Math.floor(at - began));
  return started ? `for ${span}` : `was ${state} ${span} ago`;
}

function stoppedWords({ source }: InspectorView): string {
  return source === 'replay'
    ? 'no actor was running at this moment'
    : 'the worker is stopped, or was not started';
}

function lostWords({ since: began, retryAt }: Extract<Connection, { kind: 'lost' }>, now: number): string {
  const again = Math.max(0, Math.ceil((retryAt - now) / 1000));
  return `no live feed for ${durationText(Math.floor((now - began) / 1000))}; trying again ${again === 0 ? 'now' : `in ${again} s`}`;
}

function meaning({ state, asking, rule, nextRunAt }: Why, left: number): string {
  if (rule === 'stuck limit') {
    return state === 'running' && asking !== ''
      ? 'until this run is stuck'
      : 'until another run may replace the abandoned one';
  }
  if (left <= 0) return 'the next run is due';
  return `to the next run, at ${utcText(nextRunAt)}${rule === 'interval' ? '' : ` (${rule})`}`;
}

function Bar({ why, left, isStill }: { why: Why; left: number; isStill: boolean }): VNode {
  const { since: began, nextRunAt } = why;
  const whole = nextRunAt - began;
  const share = left <= 0 || began === 0 || whole <= 0 ? 1 : Math.min(1, Math.max(0, 1 - left / whole));
  const done = isStill ? 0 : share;
  return (
    <div
      id="bar"
      role="progressbar"
      aria-label="Elapsed part of the wait"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(done * 100)}
    >
      <div id="bar-done" style={{ transform: `scaleX(${done.toFixed(4)})` }} />
    </div>
  );
}

/** What the state does not show: the time of the last good run, and the failures since. */
function Trouble({ moment: { context, at, runs } }: { moment: Moment }): VNode {
  const { lastSyncOkAt, consecutiveFailures } = context.worker;
  const ended = runs.filter(({ endedAt }) => endedAt !== null);
  const lastOther = ended.findLastIndex(({ outcome }) => outcome !== 'stuck');
  const stuck = Math.max(ended.length - 1 - lastOther, context.stuckPeers.length);
  return (
    <ul id="trouble">
      <li title={utcText(lastSyncOkAt)}>
        last good {lastSyncOkAt === 0 ? 'never' : fromNow(lastSyncOkAt, at)}
      </li>
      {consecutiveFailures > 0 && (
        <li class="bad">
          {consecutiveFailures} {consecutiveFailures === 1 ? 'failure' : 'failures in a row'}
        </li>
      )}
      {stuck > 0 && (
        <li class="bad">
          <Mark of="stuck" /> {stuck} stuck {stuck === 1 ? 'run' : 'runs'}
        </li>
      )}
    </ul>
  );
}

/** The buttons that request a sync, or how to enable them. */
function Controls({ view: { mayControl, worker }, isLost }: { view: InspectorView; isLost: boolean }): VNode {
  const [answer, setAnswer] = useState({ worker, text: '' });
  if (!mayControl) {
    return (
      <p id="look-only" class="note">
        This page is read-only. To request a sync from here, start the worker with{' '}
        <code>--inspect-control</code>, or with <code>control: true</code> in Node.
      </p>
    );
  }
  const request = async (force: boolean): Promise<void> => {
    setAnswer({ worker, text: 'Requesting…' });
    setAnswer({ worker, text: (await ask({ kind: 'sync', worker, force })) || 'Requested.' });
  };
  return (
    <div id="controls">
      <button type="button" id="sync" disabled={isLost} onClick={() => request(false)}>
        Sync now
      </button>
      <button
        type="button"
        id="force"
        disabled={isLost}
        title="Overrides cooldowns, never a Retry-After"
        onClick={() => request(true)}
      >
        Sync now, by force
      </button>
      <span id="answer" role="status">
        {answer.worker === worker ? answer.text : ''}
      </span>
    </div>
  );
}
