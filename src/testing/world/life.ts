import type { AnyTransitionDefinition, InspectionEvent } from 'xstate';
import type { SyncWorkerActor } from '../../../machines/sync-worker.contract.ts';
import type { PeerRecordInput } from '../../policy/peer-record.ts';
import type { SyncPolicyOptions } from '../../policy/sync-policy.ts';
import type { SyncFunction } from '../../schedule/attempt.ts';
import { inPlaceOf } from '../../schedule/in-place-of.ts';
import type { WorkerContext, WorkerInput } from '../../schedule/worker-context.ts';
import type { WaitsBounded } from '../../schedule/worker-events.ts';
import type { SyncStorage } from '../../storage/storage.ts';
import { createSyncWorker } from '../../worker/create-sync-worker.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { Seen } from './history.ts';
import { createHostClock, type HostClock } from './host-clock.ts';
import type { InnerClock } from './world-clock.ts';

/** One life of a worker: a process, from its start until it is killed. */
export interface Life {
  readonly worker: SyncWorker;
  readonly host: HostClock;
  /** Whether the process was killed. */
  readonly isDead: boolean;
  /** Kills the process between two instructions: from now on nothing it does is recorded or has any effect. */
  kill(): void;
}

export interface LifeOptions {
  readonly sync: SyncFunction;
  readonly peers: readonly (string | PeerRecordInput)[];
  readonly policy: SyncPolicyOptions;
  readonly storage: SyncStorage & { kill(): void };
  readonly clock: InnerClock;
  readonly random: () => number;
  readonly see: (seen: Seen) => void;
  readonly emitted: () => void;
}

/** Creates the shipped worker, not yet started, and records everything that can be observed of it. */
export function createLife(options: LifeOptions): Life {
  const { sync, peers, policy, storage, clock, random, see, emitted } = options;
  const host = createHostClock(clock);
  let isDead = false;
  let actor: SyncWorkerActor | undefined;
  let transitions: AnyTransitionDefinition[] = [];

  const inspect = (inspected: InspectionEvent): void => {
    if (isDead || inspected.actorRef.sessionId !== inspected.rootId) return;
    switch (inspected.type) {
      case '@xstate.actor': {
        actor = inspected.actorRef as SyncWorkerActor;
        see({ kind: 'began', input: actorInput(actor) });
        // The worker does not forward this event as it is: it emits `clock.jumped` or nothing.
        actor.on('waits.bounded', (event: WaitsBounded) => {
          if (!isDead) see({ kind: 'emitted', event, context: actor?.getSnapshot().context });
        });
        return;
      }
      case '@xstate.microstep':
        transitions.push(...inspected._transitions);
        return;
      case '@xstate.snapshot': {
        const { snapshot, event } = inspected;
        if (!('context' in snapshot && 'value' in snapshot)) return;
        const value = snapshot.status === 'active' ? snapshot.value : '';
        see({ kind: 'step', event, transitions, value, context: snapshot.context as WorkerContext });
        transitions = [];
        return;
      }
      default:
    }
  };
  const worker = createSyncWorker({
    sync: deafAfterDeath(sync, () => isDead),
    peers,
    policy,
    storage,
    clock: host,
    random,
    inspect,
  });
  worker.on('*', (event) => {
    if (isDead) return;
    see({ kind: 'emitted', event, context: worker.snapshot?.context });
    emitted();
  });
  return {
    worker,
    host,
    get isDead() {
      return isDead;
    },
    kill: () => {
      isDead = true;
      storage.kill();
      host.clear();
      // Closes the connections of the process, as the operating system would.
      actor?.stop();
    },
  };
}

/** A dead process asks no peer: its calls never settle. */
function deafAfterDeath(sync: SyncFunction, isDead: () => boolean): SyncFunction {
  return inPlaceOf(sync, (peer, given) => (isDead() ? new Promise(() => undefined) : sync(peer, given)));
}

function actorInput(actor: SyncWorkerActor): WorkerInput {
  const { options } = actor as unknown as { readonly options: { readonly input?: WorkerInput } };
  return options.input ?? {};
}
