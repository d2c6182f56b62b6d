import type { ActorRefLike } from 'xstate';
import { isRecord } from '../../policy/wire-fields.ts';

/** An actor, with as much of it as the Stately Inspector is to see. */
export interface VisibleActor extends ActorRefLike {
  readonly id: string;
  readonly _parent?: VisibleActor;
  /** The definition of a machine; other actors, such as an attempt, have none. */
  readonly logic?: { readonly config: object };
}

/** Reads what XState's own type of an inspected actor does not name. */
export function visibleActor(actor: ActorRefLike): VisibleActor {
  const { sessionId, send, getSnapshot } = actor;
  const id = 'id' in actor && typeof actor.id === 'string' ? actor.id : sessionId;
  const parent = '_parent' in actor && isActor(actor._parent) ? { _parent: visibleActor(actor._parent) } : {};
  const logic = 'logic' in actor && hasDefinition(actor.logic) ? { logic: actor.logic } : {};
  return { sessionId, send, getSnapshot: getSnapshot.bind(actor), id, ...parent, ...logic };
}

/** The snapshot of an actor that is announced; one that is only being made has none yet, but it knows its input. */
export function snapshotOf(actor: ActorRefLike): unknown {
  try {
    const snapshot: unknown = actor.getSnapshot();
    if (snapshot !== undefined) return snapshot;
  } catch {
    // As with none.
  }
  const options = 'options' in actor ? actor.options : undefined;
  return { status: 'active', ...(isRecord(options) ? { input: options['input'] } : {}) };
}

function isActor(value: unknown): value is ActorRefLike {
  return typeof value === 'object' && value !== null && 'sessionId' in value && 'getSnapshot' in value;
}

/** The `config` of a promise is a function. */
function hasDefinition(logic: unknown): logic is { readonly config: object } {
  return typeof logic === 'object' && logic !== null && 'config' in logic && typeof logic.config === 'object';
}
