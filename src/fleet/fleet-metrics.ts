import { Counter, Gauge, Registry } from 'prom-client';
import { SILENT_SECONDS } from '../inspect/inspector-view.ts';
import type { Fleet, FleetStatus } from './fleet.ts';
import type { FleetEvent } from './fleet-events.ts';

/** The metrics of a fleet, as one process sees it. */
export interface FleetMetrics {
  readonly registry: Registry;
  /** Stops counting and removes the metrics from the registry. */
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
    help: 'Alarms of the whole fleet: delayed, waiting for a free slot, active, late by more than 5 s',
    read: ({ alarms }) => Object.entries(alarms),
  },
  {
    name: 'processes',
    help: `Processes at work that were heard from within ${SILENT_SECONDS} s`,
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
    help: 'Seconds left in which no peer is asked because the store lost data; else 0',
    read: ({ quietUntil, at }) => [['', Math.max(0, quietUntil - at)]],
  },
];

/**
 * Counts what this process does, and reads the counts of the fleet at each scrape. Every process exposes the same gauges, so take
 * them from one process; only the counters add up over processes.
 *
 * @param registry @default a new one
 */
export function createFleetMetrics(fleet: Fleet, registry: Registry = new Registry()): FleetMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
    new Counter({ name: `sync_worker_fleet_${name}_total`, help, labelNames, registers });
  const runs = counter('runs', 'Runs of this process by outcome', ['outcome']);
  const attempts = counter('attempts', 'Attempts of this process by outcome', ['outcome']);
  const held = counter('held', 'Times a worker found a gate closed or full');
  const others: Partial<Record<FleetEvent['type'], Counter>> = {
    'run.superseded': counter('superseded', 'Results that came too late and were dropped'),
    'leave.stale': counter(
      'stale_leaves',
      'Leaves to ask a peer that came too late and were requested again',
    ),
    'store.down': counter('store_down', 'Times Redis went away'),
    'store.forgot': counter('store_forgot', 'Times Redis had lost data'),
    'clock.stepped': counter('clock_steps', 'Times the clock of Redis was set'),
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
  /** All gauges of a scrape share one read. */
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
          // While the store is away there are no counts to read, but the counters are still served.
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
