/** Times and durations in words. Times are Unix seconds, shown in UTC; 0 means never. */

/** `2027-01-15 08:00:00`; `never` for 0, and `second …` for a time outside the range of `Date`. */
export function utcText(seconds: number): string {
  return seconds === 0 ? 'never' : (dateText(seconds)?.slice(0, 19).replace('T', ' ') ?? `second ${seconds}`);
}

/** `2027-01-15T08:00:00.000Z`; undefined for 0, and for a time outside the range of `Date`. */
export function isoTime(seconds: number): string | undefined {
  return seconds === 0 ? undefined : dateText(seconds);
}

/** `90 s`, `5 min`, `2 h 5 min`, `3 d 4 h`: seconds rounded up, in at most two units. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return pair(whole, 60, 'min', 's');
  const minutes = Math.floor(whole / 60);
  return minutes < 2880 ? pair(minutes, 60, 'h', 'min') : pair(Math.floor(minutes / 60), 24, 'd', 'h');
}

/** `in 45 s`, `12 min ago`, `now`: a time relative to the present. */
export function fromNow(seconds: number, now: number): string {
  const distance = Math.ceil(seconds - now);
  if (distance === 0) return 'now';
  return distance > 0 ? `in ${durationText(distance)}` : `${durationText(-distance)} ago`;
}

function pair(count: number, size: number, unit: string, smallUnit: string): string {
  const rest = count % size;
  return `${Math.floor(count / size)} ${unit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

function dateText(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
