/** What a simulation measures of a contender. Null: there is nothing to recover from; Infinity: not all recovered. */
export interface Figures {
  /** Requests a second, in the busiest second of the busiest peer. */
  readonly peak: number;
  /** The same from the end of the last outage, or the begin of the last restart, on. */
  readonly peakAfterRecovery: number | null;
  /** Requests sent to a peer before its Retry-After to that worker was over. */
  readonly early: number;
  readonly requests: number;
  /** Requests that brought nothing: refused, without an answer, 429, 5xx. */
  readonly wasted: number;
  /** Seconds from the end of the last outage until half of the workers have pulled again. */
  readonly recoveryP50: number | null;
  readonly recoveryP99: number | null;
  readonly recoveryLast: number | null;
  /** Seconds since a worker's last good pull, on average over workers and time. */
  readonly stalenessMean: number;
  /** The longest that any worker was without a good pull. */
  readonly stalenessWorst: number;
}

/** By the minute. */
export interface Timeline {
  /** Requests in the busiest second of the busiest peer. */
  readonly busiestSecond: readonly number[];
  /** Requests at all peers. */
  readonly requests: readonly number[];
  /** Seconds since a worker's last good pull, on average, at the minute's end. */
  readonly staleness: readonly number[];
}

/** The name of a figure, as an assertion spells it. */
export type FigureName = keyof Figures;

/** How a figure is counted. */
export type FigureUnit = 'requests a second' | 'requests' | 'seconds';

export interface FigureText {
  readonly title: string;
  readonly unit: FigureUnit;
  /** For one who has not read anything else. */
  readonly meaning: string;
}

/** What each figure is, in the order of a report. */
export const figureTexts: Readonly<Record<FigureName, FigureText>> = {
  peak: {
    title: 'Peak',
    unit: 'requests a second',
    meaning: 'The busiest second of the busiest peer.',
  },
  peakAfterRecovery: {
    title: 'Peak after',
    unit: 'requests a second',
    meaning: 'The same, from the end of the last outage or the begin of the last restart on.',
  },
  early: {
    title: 'Early',
    unit: 'requests',
    meaning:
      'Sent to a peer that had asked this worker to stay away for longer (Retry-After), by the true time and by the worker’s own clock.',
  },
  requests: { title: 'Requests', unit: 'requests', meaning: 'All that were sent.' },
  wasted: {
    title: 'Wasted',
    unit: 'requests',
    meaning: 'Those that brought nothing: refused, without an answer, HTTP 429 or 5xx.',
  },
  recoveryP50: {
    title: 'Half back',
    unit: 'seconds',
    meaning:
      'From the end of the last outage, or the begin of the last restart, until half of the workers have pulled again.',
  },
  recoveryP99: { title: '99 % back', unit: 'seconds', meaning: 'The same for 99 of 100 workers.' },
  recoveryLast: { title: 'All back', unit: 'seconds', meaning: 'The same for the last worker.' },
  stalenessMean: {
    title: 'Mean age',
    unit: 'seconds',
    meaning: 'How long ago a worker’s last good pull was, on average over all workers and the whole time.',
  },
  stalenessWorst: {
    title: 'Worst age',
    unit: 'seconds',
    meaning: 'The longest that any worker was without a good pull.',
  },
};

export const figureNames: readonly FigureName[] = Object.keys(figureTexts) as FigureName[];
