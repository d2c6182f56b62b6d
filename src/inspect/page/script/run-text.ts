import type { InspectedRun } from '../../inspector-view.ts';
import { spanText, utcText } from './time-text.ts';

/** A run in one line. */
export function runWords({ startedAt, endedAt, outcome, attempts }: InspectedRun): string {
  const tries = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  const length = endedAt === null ? 'under way' : `after ${spanText(endedAt - startedAt)}`;
  return `${outcome} ${length}, ${tries}, run of ${utcText(startedAt)}`;
}
