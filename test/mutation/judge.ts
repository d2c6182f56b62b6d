/** A mutant that no test can kill, because it does what the code does. */
export interface Equivalent {
  readonly file: string;
  /** The line in which the mutated code begins, without the white space around it. */
  readonly line: string;
  /** The code that is replaced, and by what; white space counts as one space. */
  readonly code: string;
  readonly replacement: string;
  /** Why it is the same, in one line. */
  readonly why: string;
}

export type MutantText = Omit<Equivalent, 'why'>;

/** What becomes of the mutants that no test killed, and of the list of those that none can kill. */
export interface Judgement {
  /** Survivors that the list has. */
  readonly equivalent: readonly MutantText[];
  /** Survivors that it has not. */
  readonly survived: readonly MutantText[];
  /** Entries of the list that no survivor answers to: killed by now, or gone. */
  readonly stale: readonly Equivalent[];
}

/**
 * Holds survivors against the list. Each entry stands for one mutant: two of the same text need two entries, and moving
 * code about changes nothing.
 */
export function judge(survivors: readonly MutantText[], listed: readonly Equivalent[]): Judgement {
  const left = [...listed];
  const equivalent: MutantText[] = [];
  const survived: MutantText[] = [];
  for (const mutant of survivors) {
    const index = left.findIndex((entry) => keyOf(entry) === keyOf(mutant));
    if (index === -1) survived.push(mutant);
    else {
      left.splice(index, 1);
      equivalent.push(mutant);
    }
  }
  return { equivalent, survived, stale: left };
}

/** Where a mutant is in its file: lines from 1, columns from 1, the end not included. */
export interface Location {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

/** A mutant by its text, which stays the same when lines are added above it. */
export function mutantText(
  file: string,
  source: string,
  { start, end }: Location,
  replacement: string,
): MutantText {
  const lines = source.split('\n');
  const code = lines.slice(start.line - 1, end.line);
  // The end first: it may be in the same line.
  code[code.length - 1] = code.at(-1)?.slice(0, end.column - 1) ?? '';
  code[0] = code[0]?.slice(start.column - 1) ?? '';
  return {
    file,
    line: lines[start.line - 1]?.trim() ?? '',
    code: oneLine(code.join('\n')),
    replacement: oneLine(replacement),
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function keyOf({ file, line, code, replacement }: MutantText): string {
  return JSON.stringify([file, line, code, replacement]);
}
