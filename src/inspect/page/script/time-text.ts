import { utcText as dateText, durationText } from '../../../explain/time-text.ts';

/** `2026-01-02 03:04:05 UTC`; `never` for 0. */
export function utcText(seconds: number): string {
  return seconds === 0 ? 'never' : `${dateText(seconds)} UTC`;
}

/** `03:04:05`, in UTC. */
export function clockText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(-13, -5);
}

/** `4:05`, or `1:04:05`. Rounds up, so that 0:00 means that the wait is over. */
export function countdownText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const text = whole < 3600 ? parts.join(':') : [Math.floor(whole / 3600), ...parts].join(':');
  return text.replace(/^0(?=\d:)/, '');
}

/** `12 ms`, `1.3 s`; from 10 s on, the same as `durationText`. */
export function spanText(seconds: number): string {
  const span = Math.max(0, seconds);
  if (span < 0.095) return `${Math.round(span * 1000)} ms`;
  if (span < 9.95) return `${span.toFixed(1)} s`;
  return durationText(Math.round(span));
}
