/** What a simulation measures of a contender. Null: nothing to recover from; Infinity: not all workers recovered. */
export interface Figures {
  /** Requests in the busiest second of the busiest peer. */
  readonly peak: number;
  /** The peak after the end of the last outage or the start of the last restart. */
  readonly peakAfterRecovery: number | null;
  /** Requests sent to a peer before its Retry-After to that worker was over. */
  readonly early: number;
  readonly requests: number;
  /** Failed requests: refused, without an answer, 429, 5xx. */
  readonly wasted: number;
  /** Seconds from the end of the last outage, or the start of the last restart, until half of the workers have pulled again. */
  readonly recoveryP50: number | null;
  readonly recoveryP99: number | null;
  readonly recoveryLast: number | null;
  /** Seconds since a worker's last good pull, mean over workers and time. */
  readonly stalenessMean: number;
  /** The longest time that any worker was without a good pull, in seconds. */
  readonly stalenessWorst: number;
}

/** One value per minute. */
export interface Timeline {
  /** Requests in the busiest second of the busiest peer. */
  readonly busiestSecond: readonly number[];
  /** Requests at all peers. */
  readonly requests: readonly number[];
  /** Seconds since a worker's last good pull, mean over workers, at the end of the minute. */
  readonly staleness: readonly number[];
}

/** The name of a figure, as an assertion spells it. */
export type FigureName = keyof Figures;

/** The unit of a figure. */
export type FigureUnit = 'requests a second' | 'requests' | 'seconds';

export interface FigureText {
  readonly title: string;
  readonly unit: FigureUnit;
  /** An explanation that assumes no other reading. */
  readonly meaning: string;
}

/** The figures in the order of a report. */
export const figureTexts: Readonly<Record<FigureName, FigureText>> = {
  peak: {
    title: 'Peak',
    unit: 'requests a second',
    meaning: 'The busiest second of the busiest peer.',
  },
  peakAfterRecovery: {
    title: 'Peak after',
    unit: 'requests a second',
    meaning: 'The peak after the end of the last outage or the start of the last restart.',
  },
  early: {
    title: 'Early',
    unit: 'requests',
    meaning:
      'Sent before the peer’s Retry-After to this worker was over, by the true time and by the worker’s own clock.',
  },
  requests: { title: 'Requests', unit: 'requests', meaning: 'All requests sent.' },
  wasted: {
    title: 'Wasted',
    unit: 'requests',
    meaning: 'Failed requests: refused, without an answer, HTTP 429 or 5xx.',
  },
  recoveryP50: {
    title: 'Half back',
    unit: 'seconds',
    meaning:
      'From the end of the last outage, or the start of the last restart, until half of the workers have pulled again.',
  },
  recoveryP99: { title: '99 % back', unit: 'seconds', meaning: 'The same for 99 of 100 workers.' },
  recoveryLast: { title: 'All back', unit: 'seconds', meaning: 'The same for the last worker.' },
  stalenessMean: {
    title: 'Mean age',
    unit: 'seconds',
    meaning: 'Time since a worker’s last good pull, mean over all workers and the whole time.',
  },
  stalenessWorst: {
    title: 'Worst age',
    unit: 'seconds',
    meaning: 'The longest time that any worker was without a good pull.',
  },
};

export const figureNames: readonly FigureName[] = Object.keys(figureTexts) as FigureName[];
