import type { InspectionEvent } from 'xstate';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { syncWorkerMachine } from '../../worker/sync-worker-machine.ts';
import { watchActor } from '../actor-watch.ts';
import { v4Definition } from './v4-definition.ts';
import { V4Service } from './v4-service.ts';
import type { XStateInspect } from './xstate-inspect.ts';

/** Those who watch a worker. */
export interface Audience {
  send(message: string): void;
  /** False if nobody would read it now; what is not sent then is shown later. */
  reads(): boolean;
}

/** A worker, and the service that stands for its actor while somebody watches. */
export class ClassicWorker {
  readonly worker: SyncWorker;
  readonly sessionId: string;
  readonly #library: XStateInspect;
  readonly #audience: Audience;
  #service: V4Service | undefined;
  #off: (() => void) | undefined;

  constructor(worker: SyncWorker, sessionId: string, library: XStateInspect, audience: Audience) {
    this.worker = worker;
    this.sessionId = sessionId;
    this.#library = library;
    this.#audience = audience;
  }

  attach(): void {
    this.#off ??= watchActor(this.worker, (event) => this.#emit(() => this.#follow(event)));
  }

  detach(): void {
    this.#off?.();
    this.#off = undefined;
    this.#emit(() => this.#end());
  }

  /** Answers one viewer alone, by the state as it is and an event that says it. */
  reply(event: { readonly type: string; readonly reason: string }, send: (message: string) => void): void {
    this.#library.delivering(send, () => this.#service?.emitState(event));
  }

  #follow(event: InspectionEvent): void {
    // The classic visualizer knows machines only; the attempts are seen in the state that invokes them.
    if (event.actorRef.sessionId !== event.rootId) return;
    if (event.type === '@xstate.actor') {
      this.#end();
      const snapshot: unknown = event.actorRef.getSnapshot();
      const step = { snapshot, event: { type: 'xstate.init' } };
      this.#service = new V4Service(this.sessionId, v4Definition(syncWorkerMachine), step);
      this.#library.register(this.#service);
    } else if (event.type === '@xstate.event') {
      if (this.#audience.reads()) this.#service?.emitEvent(event.event);
    } else if (event.type === '@xstate.snapshot') {
      this.#service?.take(event, this.#audience.reads());
      if (event.snapshot.status !== 'active') this.#end();
    }
  }

  #end(): void {
    this.#service?.stop();
    this.#service = undefined;
  }

  #emit(act: () => void): void {
    this.#library.delivering((message) => this.#audience.send(message), act);
  }
}
