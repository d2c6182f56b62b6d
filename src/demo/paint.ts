import type { SyncOutcome } from '../policy/sync-worker-state.ts';

type Style = SyncOutcome | 'faint';

const codes: Readonly<Record<Style, number>> = {
  idle: 90,
  running: 36,
  ok: 32,
  error: 31,
  fork: 35,
  solo: 33,
  faint: 2,
};

/** Puts text in the colour of a state, or leaves it plain. */
export type Paint = (style: Style, text: string) => string;

export function createPaint(inColour: boolean): Paint {
  return (style, text) => (inColour ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}
