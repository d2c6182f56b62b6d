import { heldText } from '../explain/held-text.ts';
import { Feed } from '../inspect/feed.ts';
import type { InspectorPage } from '../inspect/inspection.ts';
import type { WorkersOverview } from '../inspect/inspector-view.ts';
import {
  chartDefinition,
  cleanJson,
  RECORDING_VERSION,
  type RecordingStart,
} from '../inspect/recording/recording.ts';
import { servePage } from '../inspect/serve-page.ts';
import { type Subject, workerChart } from '../inspect/watched-workers.ts';
import { messageOf } from '../policy/thrown.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import { syncWorkerMachine } from '../worker/sync-worker-machine.ts';
import type { FleetStatus } from './fleet.ts';
import type { SeenWorker } from './seen-worker.ts';

/** Milliseconds between two reads, however many viewers there are. */
const READ_MS = 1000;

/** Maximum number of processes that the page lists. */
const MAX_PROCESSES = 100;

export interface FleetPageParts {
  readonly name: string;
  readonly port: number;
  /** Unix seconds, by the store's clock. */
  readonly now: () => number;
  readonly status: () => Promise<FleetStatus>;
  /** Reads a worker once; undefined for an unknown one. */
  readonly see: (id: string) => Promise<SeenWorker | undefined>;
}

/** The last read of a watched worker. */
interface Read {
  readonly subject: Subject | undefined;
  /** The context of the subject, as JSON. */
  readonly json: string;
  readonly remarks: readonly string[];
}

/**
 * The inspector's page for a fleet: its counts, and one worker by its id. While somebody is watching, the counts and each watched
 * worker are read once a second; otherwise nothing is read.
 */
export async function inspectFleet(parts: FleetPageParts): Promise<InspectorPage> {
  const { name, port, now, status, see } = parts;
  let last: FleetStatus = { ...nothing, name };
  let overview: WorkersOverview | null = null;
  let known = new Map<string, Read>();

  const readWorker = async (id: string): Promise<Read> => {
    try {
      const seen = await see(id);
      if (seen === undefined) return { ...nobody, remarks: [`No worker has the id ${id}.`] };
      const before = known.get(id);
      const json = cleanJson(seen.context);
      const isSame = before?.subject !== undefined && before.json === json;
      const subject = isSame ? before.subject : subjectOf(id, seen.context, now);
      return { subject, json, remarks: heldText(seen.why) };
    } catch (error) {
      return { ...nobody, remarks: [messageOf(error)] };
    }
  };
  const readAll = async (ids: readonly string[]): Promise<void> => {
    let problem = '';
    const counting = status().then(
      (found) => {
        last = found;
      },
      (error: unknown) => {
        problem = messageOf(error);
      },
    );
    const workers = await Promise.all(ids.map(async (id) => [id, await readWorker(id)] as const));
    await counting;
    overview = fleetOverview(last, problem);
    known = new Map(workers);
  };

  let reading: Promise<void> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const feed = new Feed({
    now,
    subject: (id) => known.get(id)?.subject,
    describe: (_, id) => ({
      source: 'fleet',
      started: true,
      mayControl: false,
      chain: null,
      faults: [],
      remarks: known.get(id)?.remarks ?? [],
    }),
    overview: () => overview,
    refresh: (watched) => {
      reading ??= new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, readAt + READ_MS - performance.now()));
      })
        .then(() => {
          readAt = performance.now();
          const ids = watched();
          // The viewers may be gone by now.
          return ids.length === 0 ? undefined : readAll(ids.filter((id) => id !== ''));
        })
        .finally(() => {
          reading = undefined;
        });
      return reading;
    },
  });
  const local = await servePage({ parts: [], feed, control: undefined }, port);
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    feed.close();
    await local.close();
  };
  return { url: `${local.origin}/`, close, [Symbol.asyncDispose]: close };
}

const nobody: Pick<Read, 'subject' | 'json'> = { subject: undefined, json: '' };

function subjectOf(id: string, context: WorkerContext, now: () => number): Subject {
  const { lastOutcome } = context.worker;
  const start: RecordingStart = {
    recording: 'infonet-sync-worker',
    version: RECORDING_VERSION,
    worker: id,
    at: now(),
    chart: chartDefinition(syncWorkerMachine),
    state: lastOutcome === 'running' ? 'running.attempting' : lastOutcome,
    context,
  };
  return {
    name: id,
    worker: undefined,
    recorder: { pushed: 0, since: () => ({ start, lines: [] }), observe: () => () => undefined },
    chain: undefined,
    chart: workerChart,
    now,
  };
}

/** @param problem why the newest read failed; '' if it did not */
function fleetOverview(last: FleetStatus, problem: string): WorkersOverview {
  const { at: _, workers: total, states: counts, ...standing } = last;
  const { processes } = standing;
  const shown = { processCount: processes.length, processes: processes.slice(0, MAX_PROCESSES) };
  return { total, counts, rows: [], found: 0, fleet: { ...standing, ...shown, problem } };
}

/** The status until the first read. */
const nothing: Omit<FleetStatus, 'name'> = {
  at: 0,
  workers: 0,
  states: {},
  alarms: { delayed: 0, waiting: 0, active: 0, late: 0 },
  paused: false,
  processes: [],
  closedGates: { count: 0, longest: [] },
  quietUntil: 0,
};
