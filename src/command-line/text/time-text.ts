import { utcText } from '../../explain/utc-text.ts';

/** `2027-01-15 08:00:00` in UTC, for Unix seconds; `never` for 0. */
export function timeText(seconds: number): string {
  return seconds === 0 ? 'never' : utcText(seconds);
}

/** `in 45 s`, `12 min ago`, `now`: a time beside the present one, by its two largest units. */
export function fromNow(seconds: number, now: number): string {
  const distance = Math.ceil(seconds - now);
  if (distance === 0) return 'now';
  return distance > 0 ? `in ${spanText(distance)}` : `${spanText(-distance)} ago`;
}

/** `45 s`, `4 min 58 s`, `1 h 30 min`, `3 d 2 h`. */
export function spanText(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}
