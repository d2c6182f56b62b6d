import { styleText } from 'node:util';
import type { SyncOutcome } from '../../policy/sync-worker-state.ts';

/** The meaning of a colour: the state or result of a run, or a less important text. */
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

/** Colours a text, or returns it unchanged. */
export type Paint = (tone: Tone, text: string) => string;

export function createPaint(inColour: boolean): Paint {
  return (tone, text) =>
    inColour && text !== '' ? styleText(styles[tone], text, { validateStream: false }) : text;
}

/** A longer bar would not be more precise. */
const MAX_CELLS = 60;

/** A progress bar. @param done 0 to 1 */
export function bar(done: number, columns: number, tone: Tone, paint: Paint): string {
  const length = Math.min(columns, MAX_CELLS);
  const full = Math.round(Math.min(1, Math.max(0, done)) * length);
  return paint(tone, '█'.repeat(full)) + paint('faint', '░'.repeat(length - full));
}

/** Whether to use colours: the stream supports them, and NO_COLOR is not set (https://no-color.org). */
export function hasColour(
  stream: { readonly isTTY?: boolean | undefined; hasColors?(env?: NodeJS.ProcessEnv): boolean },
  env: NodeJS.ProcessEnv,
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true && (stream.hasColors?.(env) ?? false);
}
