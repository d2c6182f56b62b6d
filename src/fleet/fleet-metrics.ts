import { Counter, Gauge, Registry } from 'prom-client';
import { SILENT_SECONDS } from '../inspect/inspector-view.ts';
import type { Fleet, FleetStatus } from './fleet.ts';
import type { FleetEvent } from './fleet-events.ts';

/** The metrics of a fleet, as one process sees it. */
export interface FleetMetrics {
  readonly registry: Registry;
  /** Takes them off the fleet and out of the registry. */
  close(): void;
}

const gauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly read: (status: FleetStatus) => readonly (readonly [label: string, value: number])[];
}[] = [
  {
    name: 'workers',
    help: 'Workers in each state, of the whole fleet',
    read: ({ states }) => Object.entries(states),
  },
  {
    name: 'alarms',
    help: 'Alarms of the whole fleet: delayed, waiting for a hand, active, late by more than 5 s',
    read: ({ alarms }) => Object.entries(alarms),
  },
  {
    name: 'processes',
    help: `Processes that work and were heard within ${SILENT_SECONDS} s`,
    read: ({ processes, at }) => [
      ['', processes.filter(({ seenAt }) => seenAt > at - SILENT_SECONDS).length],
    ],
  },
  {
    name: 'closed_gates',
    help: 'Origins whose gate a Retry-After closed',
    read: ({ closedGates }) => [['', closedGates.count]],
  },
  {
    name: 'quiet_seconds',
    help: 'Seconds for which nobody is asked because the store forgot; 0: it did not',
    read: ({ quietUntil, at }) => [['', Math.max(0, quietUntil - at)]],
  },
];

/**
 * Counts what this process does, and reads the counts of the fleet at each scrape. Of the counts of the fleet one process is enough;
 * `sum` over processes is for the counters alone.
 *
 * @param registry @default one of its own
 */
export function createFleetMetrics(fleet: Fleet, registry: Registry = new Registry()): FleetMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
    new Counter({ name: `sync_worker_fleet_${name}_total`, help, labelNames, registers });
  const runs = counter('runs', 'Runs of this process by their end', ['outcome']);
  const attempts = counter('attempts', 'Attempts of this process by outcome', ['outcome']);
  const held = counter('held', 'Looks at which a gate was closed or its places were taken');
  const others: Partial<Record<FleetEvent['type'], Counter>> = {
    'run.superseded': counter('superseded', 'Results that came too late and were dropped'),
    'leave.stale': counter('stale_leaves', 'Leaves that came too late and were asked for anew'),
    'store.down': counter('store_down', 'Times at which Redis went away'),
    'store.forgot': counter('store_forgot', 'Times at which Redis had lost what it knew'),
    'clock.stepped': counter('clock_steps', 'Times at which the clock of Redis was set'),
    'alarms.restored': counter('alarms_restored', 'Steps of the reconciler that set missing alarms'),
    fault: counter('faults', 'Faults of this process'),
  };
  const off = fleet.on('*', (event) => {
    if (event.type === 'run.finished') {
      runs.inc({ outcome: event.ended === 'finished' ? event.state.lastOutcome : event.ended });
    } else if (event.type === 'attempt.finished') attempts.inc({ outcome: event.result.outcome });
    else if (event.type === 'run.held') held.inc();
    else others[event.type]?.inc();
  });

  let reading: Promise<FleetStatus> | undefined;
  /** Once a scrape, for all gauges. */
  const status = (): Promise<FleetStatus> => {
    reading ??= fleet.status().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const made = gauges.map(
    ({ name, help, read }) =>
      new Gauge({
        name: `sync_worker_fleet_${name}`,
        help,
        labelNames: name === 'workers' || name === 'alarms' ? ['state'] : [],
        registers,
        async collect() {
          this.reset();
          // A store that is away has no counts; the counters are served all the same.
          const found = await status().catch(() => undefined);
          for (const [state, value] of found === undefined ? [] : read(found)) {
            this.set(state === '' ? {} : { state }, value);
          }
        },
      }),
  );
  return {
    registry,
    close: () => {
      off();
      for (const metric of [runs, attempts, held, ...Object.values(others), ...made]) {
        registry.removeSingleMetric('name' in metric ? String(metric.name) : '');
      }
    },
  };
}
