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
