import type { AnyTransitionDefinition } from 'xstate';
import type { Why } from '../../explain/why.ts';
import type { WorkerContext, WorkerInput } from '../../schedule/worker-context.ts';
import type { WaitsBounded } from '../../schedule/worker-events.ts';
import type { SavedWorker } from '../../storage/storage.ts';
import type { SyncWorkerNotification } from '../../worker/notifications.ts';
import type { Happening } from './happening.ts';
import type { PeerNote } from './world-clock.ts';

/** A moment by the wall clock and by a clock that is never set; both in seconds. */
export interface Moment {
  /** Unix seconds with a fraction. */
  readonly at: number;
  /** Seconds since the world began. */
  readonly elapsed: number;
}

/** What a world sees of its worker. @internal */
export type Seen =
  | { readonly kind: 'happened'; readonly happening: Happening }
  /** A chart starts with what was loaded. */
  | { readonly kind: 'began'; readonly input: WorkerInput }
  | { readonly kind: 'start failed'; readonly error: unknown }
  | {
      readonly kind: 'emitted';
      readonly event: SyncWorkerNotification | WaitsBounded;
      readonly context: WorkerContext | undefined;
    }
  /** The chart took an event. The events that it emitted meanwhile precede this entry. */
  | {
      readonly kind: 'step';
      readonly event: { readonly type: string };
      readonly transitions: readonly AnyTransitionDefinition[];
      readonly value: unknown;
      readonly context: WorkerContext;
    }
  | { readonly kind: 'called'; readonly call: number; readonly peerUrl: string }
  | { readonly kind: 'call over'; readonly call: number; readonly how: 'settled' | 'aborted' }
  | PeerNote
  /** What `load()` returned, and whether it is the last save. */
  | { readonly kind: 'loaded'; readonly saved: unknown; readonly isNewest: boolean }
  /** A save that the storage acknowledged. */
  | { readonly kind: 'saved'; readonly saved: SavedWorker }
  | { readonly kind: 'storage fault'; readonly text: string }
  | { readonly kind: 'stopping' }
  /** A stop has ended, or has not ended in time; with the number of timers left. */
  | { readonly kind: 'stopped'; readonly hasEnded: boolean; readonly timers: number }
  /** Nothing is left to do now. */
  | {
      readonly kind: 'settled';
      readonly isStarted: boolean;
      readonly status: string;
      readonly value: unknown;
      readonly context: WorkerContext | undefined;
      readonly why: Why | undefined;
    };

/** One entry of a world's history. @internal */
export type HistoryEntry = Moment & Seen;
