import type { V4Definition } from './v4-definition.ts';
import { v4Event } from './v4-event.ts';
import { type V4State, v4State } from './v4-state.ts';

/** A step of the actor: where it led, and by which event. */
interface Step {
  readonly snapshot: unknown;
  readonly event: { readonly type: string };
}

/**
 * An actor of XState 5 in the guise of a running service of XState 4, as far as `@xstate/inspect` looks at one. It
 * shows, and does nothing: what is sent to it is only emitted.
 */
export class V4Service {
  readonly id: string;
  readonly sessionId: string;
  readonly machine: { readonly id: string; readonly definition: V4Definition; toJSON(): V4Definition };
  readonly #listeners = new Set<(state: V4State) => void>();
  readonly #stopListeners = new Set<() => void>();
  #step: Step;

  constructor(sessionId: string, definition: V4Definition, step: Step) {
    this.id = sessionId;
    this.sessionId = sessionId;
    this.machine = { id: definition.id, definition, toJSON: () => definition };
    this.#step = step;
  }

  get state(): V4State {
    return v4State(this.#step.snapshot, this.#step.event, this.sessionId);
  }

  get initialState(): V4State {
    return this.state;
  }

  /** The library puts a function of its own in this place, which emits the event and then calls this one. */
  send: (event: unknown) => void = () => undefined;

  subscribe(listener: (state: V4State) => void): { unsubscribe(): void } {
    this.#listeners.add(listener);
    return { unsubscribe: () => void this.#listeners.delete(listener) };
  }

  onStop(listener: () => void): this {
    this.#stopListeners.add(listener);
    return this;
  }

  /** The actor is sent an event. */
  emitEvent(event: { readonly type: string }): void {
    this.send(v4Event(event));
  }

  /** The actor took a step; emitted only if somebody reads it. */
  take(step: Step, isRead: boolean): void {
    this.#step = step;
    if (isRead) this.emitState(step.event);
  }

  /** Emits the state as it is, as if by this event: of states alone the visualizer shows by which event they came. */
  emitState(event: { readonly type: string }): void {
    const state = v4State(this.#step.snapshot, event, this.sessionId);
    for (const listener of this.#listeners) listener(state);
  }

  /** Nobody is to see it any more. */
  stop(): void {
    for (const listener of this.#stopListeners) listener();
    this.#listeners.clear();
    this.#stopListeners.clear();
    // The library keeps a service for ever; it is to keep nothing of the worker with it.
    this.#step = { snapshot: {}, event: { type: 'xstate.stop' } };
  }
}
