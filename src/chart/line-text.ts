import type { ChartLine } from './chart-lines.ts';
import type { ChartTrigger } from './chart-model.ts';
import type { ChartWords } from './chart-words.ts';
import type { TextRun } from './text-block.ts';

/** What stands at an arrow: trigger, guard, what it does, what it tells; each a paragraph, and left out if empty. */
export function arrowText(line: ChartLine, words: ChartWords): TextRun[][] {
  const { triggers, guard, does, tells } = partsOf(line, words);
  const paragraphs: TextRun[][] = [
    [{ text: triggers, style: 'event' }],
    [{ text: guard, style: 'guard' }],
    [{ text: does, style: 'does' }],
    [{ text: tells, style: 'tells' }],
  ];
  return paragraphs.filter((runs) => runs.some(({ text }) => text !== ''));
}

/** What is written in a box, for a line that has no arrow: the same, as one paragraph. */
export function writtenLine(line: ChartLine, words: ChartWords): TextRun[] {
  const { triggers, guard, does, tells } = partsOf(line, words);
  const runs: TextRun[] = [
    { text: `${triggers} `, style: 'event' },
    { text: guard === '' ? '' : `${guard} `, style: 'guard' },
    { text: line.target === undefined ? '' : `→ ${line.target} `, style: 'event' },
    { text: does === '' ? '' : `${does} `, style: 'does' },
    { text: tells, style: 'tells' },
    { text: does === '' && tells === '' ? words.nothing : '', style: 'does' },
  ];
  return runs.filter(({ text }) => text !== '');
}

/** The words for a name. @throws RangeError if there are none */
export function wordFor<Words>(table: Readonly<Record<string, Words>>, name: string): Words {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) {
    throw new RangeError(`No words for ${name}; there are words for ${Object.keys(table).join(', ')}`);
  }
  return found;
}

function partsOf(
  line: ChartLine,
  words: ChartWords,
): { triggers: string; guard: string; does: string; tells: string } {
  const actions = line.actions.map((name) => wordFor(words.actions, name));
  const told = actions.flatMap(({ tells = [] }) => tells).join(', ');
  return {
    triggers: line.triggers.map((trigger) => triggerText(trigger, words)).join('\u00a0· '),
    guard: guardText(line, words),
    does: actions.flatMap(({ does = [] }) => does).join(', '),
    tells: told === '' ? '' : `tells ${told}`,
  };
}

function triggerText({ kind, name }: ChartTrigger, words: ChartWords): string {
  if (kind === 'always') return '';
  if (kind === 'event') return wordFor(words.events, name);
  if (kind === 'after') return wordFor(words.delays, name);
  return wordFor(words.actors, name)[kind];
}

/** The order in which XState asks the guards of one trigger shows as "else". */
function guardText({ guard, isFallback }: ChartLine, words: ChartWords): string {
  if (guard === undefined) return isFallback ? '[else]' : '';
  const text = [wordFor(words.guards, guard.name), guard.param].filter((part) => part !== '').join(' ');
  return isFallback ? `[else: ${text}]` : `[${text}]`;
}
