import { type ContenderName, scenarioNames, shippedScenario, simulate } from '../../src/testing/index.ts';
import { inChild } from './in-child.ts';
import { showTable, verdict } from './table.ts';

/** What a simulation took, and what it showed. */
export interface SimulatorFigures {
  readonly seconds: number;
  /** The most memory of the process, in bytes. */
  readonly memory: number;
  readonly early: number;
  /** Our peak after the recovery as a part of that of the constant wait; undefined if that did not run. */
  readonly peakRatio: number | undefined;
  /** Our last worker's recovery as a part of the cap. */
  readonly lastRatio: number;
}

export type Simulation = 'all' | 'ours' | 'many';

const simulations: Readonly<
  Record<Simulation, { workers: number; hours: number; contenders?: readonly ContenderName[] }>
> = {
  all: { workers: 1000, hours: 6 },
  ours: { workers: 1000, hours: 6, contenders: ['ours'] },
  // Into the outage and out of it: more of the same takes no more memory.
  many: { workers: 10_000, hours: 3, contenders: ['ours'] },
};

/** The outage of an hour, in this process. */
export async function measureSimulator(name: Simulation): Promise<SimulatorFigures> {
  const { workers, hours, contenders } = simulations[name];
  const [outage = 'outage-of-an-hour'] = scenarioNames;
  const scenario = { ...shippedScenario(outage), workers, hours };
  const began = performance.now();
  const report = await simulate({ scenario, contenders });
  const seconds = (performance.now() - began) / 1000;
  const figuresOf = (one: string): (typeof report.contenders)[number]['figures'] | undefined =>
    report.contenders.find((contender) => contender.name === one)?.figures;
  const [ours, constant] = [figuresOf('ours'), figuresOf('constant')];
  if (ours === undefined) throw new Error('our worker was not simulated');
  return {
    seconds,
    memory: process.resourceUsage().maxRSS * 1024,
    early: ours.early,
    peakRatio:
      constant && (ours.peakAfterRecovery ?? Number.NaN) / (constant.peakAfterRecovery ?? Number.NaN),
    lastRatio: (ours.recoveryLast ?? Number.NaN) / scenario.policy.failureBackoffCapSeconds,
  };
}

export function reportSimulator(self: string): string {
  const of = (name: Simulation): SimulatorFigures => inChild<SimulatorFigures>([self, 'simulate', name]);
  const [all, ours, many] = [of('all'), of('ours'), of('many')];
  const time = showTable({
    title: 'The simulator: an outage of an hour',
    heads: ['s', 'memory, MB'],
    rows: [
      [
        '1,000 workers, 6 h, all contenders',
        all.seconds.toFixed(1),
        megabytes(all),
        verdict(all.seconds, 60, ' s'),
      ],
      ['1,000 workers, 6 h, ours alone', ours.seconds.toFixed(1), megabytes(ours)],
      [
        '10,000 workers, 3 h, ours alone',
        many.seconds.toFixed(1),
        megabytes(many),
        verdict(many.memory / 1e6, 1000, ' MB'),
      ],
    ],
  });
  const shown = showTable({
    title: '\nWhat it shows of our worker',
    heads: [''],
    rows: [
      ['requests inside a Retry-After', String(all.early), verdict(all.early, 0, '')],
      [
        'peak after the recovery, × constant wait',
        (all.peakRatio ?? Number.NaN).toFixed(3),
        verdict(all.peakRatio ?? Number.NaN, 0.05, ' ×'),
      ],
      ['the last worker is back, × cap', all.lastRatio.toFixed(2), verdict(all.lastRatio, 1.6, ' ×')],
    ],
  });
  return `${time}\n${shown}`;
}

function megabytes({ memory }: SimulatorFigures): string {
  return (memory / 1e6).toFixed(0);
}
