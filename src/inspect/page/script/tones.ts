/** The tones of states, as in the chart, and of other conditions. Each has a mark that works without colour. */
const tones: Readonly<Record<string, string>> = {
  idle: 'calm',
  running: 'busy',
  ok: 'good',
  error: 'bad',
  fork: 'odd',
  solo: 'alone',
  stuck: 'bad',
  stopped: 'calm',
  withdrawn: 'calm',
  held: 'calm',
  lost: 'calm',
};

export function toneOf(condition: string): string {
  return tones[condition] ?? 'calm';
}

const glyphs: Readonly<Record<string, string>> = {
  idle: '·',
  running: '▶',
  ok: '✓',
  error: '✗',
  fork: 'Y',
  solo: '○',
  stuck: '⧖',
  stopped: '■',
  lost: '?',
};

/** The mark of a condition as a character, for the title of a tab. */
export function glyphOf(condition: string): string {
  return glyphs[condition] ?? '·';
}
