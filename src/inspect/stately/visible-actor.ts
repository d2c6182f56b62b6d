import type { ActorRefLike } from 'xstate';
import { isRecord } from '../../policy/wire-fields.ts';

/** The parts of an actor that the Stately Inspector sees. */
export interface VisibleActor extends ActorRefLike {
  readonly id: string;
  readonly _parent?: VisibleActor;
  /** The definition of a machine; other actors, such as an attempt, have none. */
  readonly logic?: { readonly config: object };
}

/** Reads properties that XState's type of an inspected actor does not declare. */
export function visibleActor(actor: ActorRefLike): VisibleActor {
  const { sessionId, send, getSnapshot } = actor;
  const id = 'id' in actor && typeof actor.id === 'string' ? actor.id : sessionId;
  const parent = '_parent' in actor && isActor(actor._parent) ? { _parent: visibleActor(actor._parent) } : {};
  const logic = 'logic' in actor && hasDefinition(actor.logic) ? { logic: actor.logic } : {};
  return { sessionId, send, getSnapshot: getSnapshot.bind(actor), id, ...parent, ...logic };
}

/** The snapshot of an announced actor. One that is still being created has none yet, but has its input. */
export function snapshotOf(actor: ActorRefLike): unknown {
  try {
    const snapshot: unknown = actor.getSnapshot();
    if (snapshot !== undefined) return snapshot;
  } catch {
    // Treat it as missing.
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
