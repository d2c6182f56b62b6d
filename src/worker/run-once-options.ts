import { createPeerList, type PeerRecordInput } from '../policy/peer-record.ts';
import { resolvePolicy, type SyncPolicy } from '../policy/sync-policy.ts';
import { initialSyncState } from '../policy/sync-worker-state.ts';
import { describe } from '../policy/wire-fields.ts';
import type { SyncRequest } from '../schedule/worker-context.ts';
import type { SavedWorker } from '../storage/storage.ts';
import { readSaved, startingPeers, startingRequest } from './saved-worker.ts';
import { type OptionNames, readOptions, type SyncWorkerOptions, type WorkerParts } from './worker-options.ts';

/** What one call of `runOnce` passes to the next. It survives a JSON round trip. */
export interface SavedRun extends SavedWorker {
  /** When the newest run ended, in Unix seconds with a fraction; null: never. It keeps two runs a second apart. */
  readonly endedAt: number | null;
}

/** The options of one run; only `sync` is required. */
export interface RunOnceOptions<Details = unknown>
  extends Pick<SyncWorkerOptions<Details>, 'sync' | 'policy' | 'gate' | 'clock' | 'random' | 'inspect'> {
  /** URLs or records; what `saved` remembers of them is kept. Left out: the peers of `saved`. */
  readonly peers?: readonly (string | PeerRecordInput)[] | undefined;
  /** What the last call returned, perhaps stored as JSON meanwhile; left out in the first call. */
  readonly saved?: Partial<SavedRun> | undefined;
  /**
   * Run before the due time. `forced` also overrides the peers' backoff; `new-peer` says that a new peer need not wait for the
   * backoff of the others. Nothing overrides a Retry-After. @default none
   */
  readonly request?: Exclude<SyncRequest, 'none'> | undefined;
  /**
   * Saves that a peer is about to be asked, with the marks of the peers before it, so that the next call recognises a crash.
   * Awaited before each attempt. If it throws or does not settle within 30 s, the peer is not asked: that is a local fault,
   * and the run ends in error and is due again within 30 s. @default nothing is saved before an attempt
   */
  readonly save?: ((saved: SavedRun) => Promise<void> | void) | undefined;
  /** Aborts the attempt, waits up to 5 s for the sync function to end, and withdraws the run: it counts no failure. */
  readonly signal?: AbortSignal | undefined;
}

/** The same, checked. @internal */
export interface RunOnceParts extends Pick<RunOnceOptions, 'save' | 'signal'> {
  readonly before: SavedRun;
  readonly policy: SyncPolicy;
  readonly request: SyncRequest;
  readonly parts: WorkerParts;
}

const optionNames: OptionNames = {
  of: 'runOnce()',
  known: [
    'sync',
    'peers',
    'saved',
    'policy',
    'request',
    'save',
    'signal',
    'gate',
    'clock',
    'random',
    'inspect',
  ],
};

/** @throws RangeError for a policy option, TypeError for any other, naming it, its value and what is allowed */
export function readRunOnceOptions(options: RunOnceOptions): RunOnceParts {
  const parts = readOptions(options, optionNames);
  const { peers: list, saved = {}, request = 'none', save, signal } = options;
  if (list !== undefined && parts.configured === undefined) {
    throw new TypeError(`peers is ${describe(list)}; allowed is an array of peers`);
  }
  if (!['none', 'new-peer', 'requested', 'forced'].includes(request)) {
    throw new TypeError(`request is ${describe(request)}; allowed is requested, forced or new-peer`);
  }
  if (save !== undefined && typeof save !== 'function') {
    throw new TypeError(`save is ${describe(save)}; allowed is a function`);
  }
  const { state = initialSyncState(), peers: stored } = readSaved(saved, 'saved is');
  const { endedAt = null } = saved;
  if (endedAt !== null && !Number.isFinite(endedAt)) {
    throw new TypeError(`saved.endedAt is ${describe(endedAt)}; allowed is a time in Unix seconds, or null`);
  }
  const { configured, sync, clock } = parts;
  const remembered = stored ?? createPeerList(configured ?? []);
  const peers = startingPeers(configured, remembered, sync, clock.now() / 1000);
  return {
    before: { state, peers, endedAt },
    policy: resolvePolicy(options.policy),
    request: request === 'none' ? startingRequest({ state, peers }, stored) : request,
    parts,
    save,
    signal,
  };
}
