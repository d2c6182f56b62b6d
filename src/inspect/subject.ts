import { type ShownChain, statusOf } from '../operations/worker-status.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { activeState } from './active-state.ts';
import type { FaultSource } from './inspection.ts';
import type { InspectorView } from './inspector-view.ts';
import { type Journal, keepJournal } from './journal.ts';

/** How far a viewer has seen a journal. */
export interface Seen {
  readonly steps: number;
  readonly lines: number;
}

/** A worker that is inspected, with all that its viewers see of it. */
export interface Subject {
  readonly name: string;
  readonly worker: SyncWorker;
  readonly journal: Journal;
  readonly chain: ShownChain | undefined;
}

export function createSubject(
  { name, worker, chain }: Omit<Subject, 'journal'>,
  changed: (subject: Subject) => void,
): Subject {
  // What is there already is told while the journal is made, and needs no mention of its own.
  let subject: Subject | undefined;
  const journal = keepJournal(worker, () => {
    if (subject !== undefined) changed(subject);
  });
  subject = { name, worker, chain, journal };
  return subject;
}

/** What one viewer is sent, having seen so much; undefined is nothing yet. */
export function viewOf(
  { name, worker, journal, chain }: Subject,
  seen: Seen | undefined,
  around: {
    readonly workers: readonly string[];
    readonly mayControl: boolean;
    readonly faults?: FaultSource | undefined;
  },
): InspectorView {
  const { steps, lines, history } = journal;
  const status = statusOf(worker, chain);
  const log = lines.since(seen?.lines ?? 0);
  return {
    at: status.why.at,
    workers: around.workers,
    worker: name,
    mayControl: around.mayControl,
    active: activeState(worker),
    steps: steps.since(seen?.steps ?? 0),
    status,
    runs: history.runs,
    log,
    linesDropped: seen === undefined ? 0 : lines.pushed - seen.lines - log.length,
    faults: around.faults?.switches(name) ?? [],
  };
}
