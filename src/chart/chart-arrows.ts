import type { ChartDrawing, ChartLine } from './chart-lines.ts';
import { statesOf } from './chart-model.ts';
import { choiceOf, startOf } from './node-ids.ts';

/** An arrow between two nodes of the drawing. */
export interface Arrow {
  readonly id: string;
  /** Undefined: it leads from a start sign, or to a choice. */
  readonly line: ChartLine | undefined;
  readonly from: string;
  readonly to: string;
}

export function arrowsOf(drawing: ChartDrawing): Arrow[] {
  const choosers = choosersOf(drawing);
  const starts = statesOf(drawing.model.root).flatMap(({ path, initial }) =>
    initial === undefined ? [] : [{ id: startOf(path), line: undefined, from: startOf(path), to: initial }],
  );
  const intoChoices = choosers.map((path) => {
    const id = choiceOf(path);
    return { id, line: undefined, from: path, to: id };
  });
  const lines = drawing.lines.filter(({ isArrow }) => isArrow).map((line) => arrowOf(line, choosers));
  return [...starts, ...intoChoices, ...lines];
}

/** States with several `always` that all ask the same question, each for an answer of its own. */
export function choosersOf({ lines }: ChartDrawing): string[] {
  const asking = lines.filter(isAlways);
  return [...new Set(asking.map(({ source }) => source))].filter((source) => {
    const questions = asking.filter((line) => line.source === source).map(({ guard }) => guard?.name);
    return questions.length > 1 && questions.every((name) => name !== undefined && name === questions[0]);
  });
}

/** An arrow from within a compound state to that state itself ends at its start sign: there it goes on. */
function arrowOf(line: ChartLine, choosers: readonly string[]): Arrow {
  const { source, target = '' } = line;
  return {
    id: line.transitions.join(' '),
    line,
    from: isAlways(line) && choosers.includes(source) ? choiceOf(source) : source,
    to: source.startsWith(`${target}.`) ? startOf(target) : target,
  };
}

function isAlways({ triggers }: ChartLine): boolean {
  return triggers.some(({ kind }) => kind === 'always');
}
