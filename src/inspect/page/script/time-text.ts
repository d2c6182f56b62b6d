/** `2026-01-02 03:04:05 UTC`; `never` for 0. */
export function utcText(seconds: number): string {
  if (seconds === 0) return 'never';
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? `second ${seconds}`
    : `${date.toISOString().slice(0, -5).replace('T', ' ')} UTC`;
}

/** `03:04:05`, in UTC. */
export function clockText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(-13, -5);
}

/** `4:05`, or `1:04:05`; a wait is over when it says 0:00, and not before. */
export function countdownText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const text = whole < 3600 ? parts.join(':') : [Math.floor(whole / 3600), ...parts].join(':');
  return text.replace(/^0(?=\d:)/, '');
}

/** `12 ms`, `1.3 s`, `42 s`, `4 min 5 s`, `1 h 4 min`, `3 d 2 h`. */
export function spanText(seconds: number): string {
  const span = Math.max(0, seconds);
  if (span < 0.095) return `${Math.round(span * 1000)} ms`;
  if (span < 9.95) return `${span.toFixed(1)} s`;
  return wholeSpanText(Math.round(span));
}

/** `42 s`, `4 min 5 s`, `1 h 4 min`, `3 d 2 h`. @param whole a whole number of seconds */
export function wholeSpanText(seconds: number): string {
  const whole = Math.max(0, seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** `in 4 min 5 s`, `12 s ago`, `now`; in whole seconds, as it is shown beside a clock. '' for 0, which is never. */
export function relativeText(seconds: number, now: number): string {
  if (seconds === 0) return '';
  const ahead = seconds - now;
  if (Math.abs(ahead) < 1) return 'now';
  return ahead > 0 ? `in ${wholeSpanText(Math.ceil(ahead))}` : `${wholeSpanText(Math.floor(-ahead))} ago`;
}
