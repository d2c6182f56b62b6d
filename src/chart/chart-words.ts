import type { SyncWorkerEmitted } from '../schedule/worker-events.ts';

export type Tone = 'calm' | 'busy' | 'good' | 'bad' | 'odd' | 'alone';

export interface ActionWords {
  /** What it does to the worker. */
  readonly does?: string;
  /** The event it emits. */
  readonly tells?: SyncWorkerEmitted['type'];
}

/** Plain words for the names of a machine. Every name has some, and no words are for nothing; a test sees to it. */
export interface ChartWords {
  readonly frame: { readonly title: string; readonly description: string };
  /** On a start sign. */
  readonly start: string;
  /** For an `always` that asks where to go on. */
  readonly choice: string;
  /** For a line in a box that does and tells nothing. */
  readonly nothing: string;
  readonly events: Readonly<Record<string, string>>;
  readonly delays: Readonly<Record<string, string>>;
  readonly actors: Readonly<Record<string, { readonly done: string; readonly error: string }>>;
  readonly guards: Readonly<Record<string, string>>;
  readonly actions: Readonly<Record<string, ActionWords>>;
  /** The colour of a top-level state and of the arrows to it. */
  readonly tones: Readonly<Record<string, Tone>>;
}

/** The class of an arrow, or of a line of text, that leads to a state. */
export function toneTo(path: string | undefined, words: ChartWords): string {
  return path === undefined ? 'plain' : `to-${toneOf(path, words)}`;
}

export function toneOf(path: string, { tones }: ChartWords): Tone {
  const [top = ''] = path.split('.');
  return tones[top] ?? 'calm';
}
