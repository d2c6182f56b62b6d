import type { Paint, Tone } from './paint.ts';

/** Beyond this it says no more by being longer. */
const MAX_CELLS = 60;

/** How much of something is done, 0 to 1. */
export function bar(done: number, columns: number, tone: Tone, paint: Paint): string {
  const length = Math.min(columns, MAX_CELLS);
  const full = Math.round(Math.min(1, Math.max(0, done)) * length);
  return paint(tone, '█'.repeat(full)) + paint('faint', '░'.repeat(length - full));
}
