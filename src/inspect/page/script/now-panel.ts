import { formatWhy } from '../../../explain/format-why.ts';
import type { Why } from '../../../explain/why.ts';
import { byId, setClass, setText, setTitle } from './element.ts';
import type { Panel } from './panel.ts';
import { countdownText, utcText, wholeSpanText } from './time-text.ts';
import { tones } from './tones.ts';
import { whyAt } from './why-at.ts';

/** The state in one word, the countdown, and why. */
export function createNowPanel(): Panel {
  const mark = byId('state-mark', SVGUseElement);
  const word = byId('state', HTMLElement);
  const since = byId('since', HTMLElement);
  const countdown = byId('countdown', HTMLElement);
  const countdownTo = byId('countdown-to', HTMLElement);
  const sentences = byId('why', HTMLElement);
  const announcement = byId('announcement', HTMLElement);
  let announcedAt = Number.NEGATIVE_INFINITY;
  return {
    show: (view, now) => {
      const why = whyAt(view.status.why, now);
      setClass(document.body, tones[why.state]);
      mark.setAttribute('href', `#mark-${why.state}`);
      setText(word, why.state);
      setText(since, why.since === 0 ? 'never ran' : `for ${wholeSpanText(Math.floor(now - why.since))}`);
      setTitle(since, utcText(why.since));
      const left = why.nextRunAt - now;
      const isStopped = view.active === '';
      setText(countdown, isStopped ? '–' : left > 0 ? countdownText(left) : 'now');
      setText(countdownTo, isStopped ? 'the worker is stopped, or was not started' : meaning(why, left));
      setTitle(countdown, utcText(why.nextRunAt));
      showBar(why, left);
      setText(sentences, formatWhy(why));
      document.title = [why.state, left > 0 ? countdownText(left) : 'due', view.worker].join(' · ');
      // A reader of screens is told of a state once a second at most, not of each that flies by.
      if (Math.abs(now - announcedAt) >= 1) {
        announcedAt = now;
        setText(announcement, `${view.worker} is ${why.state}`);
      }
    },
  };
}

function meaning({ state, asking, rule, nextRunAt }: Why, left: number): string {
  if (rule === 'stuck limit')
    return state === 'running' && asking !== ''
      ? 'until this run is stuck'
      : 'until the run left behind is stuck';
  if (left <= 0) return 'the next run is due';
  return `to the next run, at ${utcText(nextRunAt)}${rule === 'interval' ? '' : ` (${rule})`}`;
}

function showBar({ since, nextRunAt }: Why, left: number): void {
  const bar = byId('bar', HTMLElement);
  const whole = nextRunAt - since;
  const done = left <= 0 || since === 0 || whole <= 0 ? 1 : Math.min(1, Math.max(0, 1 - left / whole));
  bar.setAttribute('aria-valuenow', String(Math.round(done * 100)));
  byId('bar-done', HTMLElement).style.transform = `scaleX(${done.toFixed(4)})`;
}
