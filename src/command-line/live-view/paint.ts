import { styleText } from 'node:util';
import type { SyncOutcome } from '../../policy/sync-worker-state.ts';

/** What a colour says: how a run stands or ended, or that a text matters less. */
export type Tone = SyncOutcome | 'stuck' | 'faint';

const styles: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  idle: 'gray',
  running: 'cyan',
  ok: 'green',
  error: 'red',
  fork: 'magenta',
  solo: 'yellow',
  stuck: 'red',
  faint: 'dim',
};

/** Puts a text in a colour, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

export function createPaint(inColour: boolean): Paint {
  return (tone, text) =>
    inColour && text !== '' ? styleText(styles[tone], text, { validateStream: false }) : text;
}

/** Beyond this it says no more by being longer. */
const MAX_CELLS = 60;

/** How much of something is done, 0 to 1. */
export function bar(done: number, columns: number, tone: Tone, paint: Paint): string {
  const length = Math.min(columns, MAX_CELLS);
  const full = Math.round(Math.min(1, Math.max(0, done)) * length);
  return paint(tone, '█'.repeat(full)) + paint('faint', '░'.repeat(length - full));
}

/** Whether to use colours: the stream has them, and nobody asked for none (https://no-color.org). */
export function hasColour(
  stream: { readonly isTTY?: boolean | undefined; hasColors?(env?: NodeJS.ProcessEnv): boolean },
  env: NodeJS.ProcessEnv,
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true && (stream.hasColors?.(env) ?? false);
}
