import type { SyncOutcome } from '../../policy/sync-worker-state.ts';

/** What a colour says: how a run stands or ended, or that a text may be passed over. */
export type Tone = SyncOutcome | 'stuck' | 'faint';

/** Its beginning and its end, of ECMA-48. */
const codes: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  idle: [90, 39],
  running: [36, 39],
  ok: [32, 39],
  error: [31, 39],
  fork: [35, 39],
  solo: [33, 39],
  stuck: [31, 39],
  faint: [2, 22],
};

/** Puts a text in a colour, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

export function createPaint(inColour: boolean): Paint {
  return (tone, text) => {
    if (!inColour || text === '') return text;
    const [on, off] = codes[tone];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
