import { describe } from '../policy/wire-fields.ts';
import { onAbort } from './on-abort.ts';

/** Listeners by event type. A listener that throws, or whose promise rejects, is reported and does not affect the others. */
export interface EventHub<Event extends { readonly type: string }> {
  on<Type extends Event['type'] | '*'>(
    type: Type,
    listener: (event: Type extends '*' ? Event : Extract<Event, { type: Type }>) => unknown,
    options?: { readonly signal?: AbortSignal },
  ): () => void;
  emit(event: Event): void;
  /** Whether anybody listens to this type. */
  listens(type: Event['type']): boolean;
}

/** @param types all event types: a listener for any other would never be called, so it is refused */
export function createEventHub<Event extends { readonly type: string }>(
  types: Readonly<Record<Event['type'], true>>,
  report: (error: unknown, event: Event) => void,
): EventHub<Event> {
  const listeners = new Map<string, Set<(event: Event) => unknown>>();
  const call = (listener: (event: Event) => unknown, event: Event): void => {
    try {
      const answer = listener(event);
      if (answer instanceof Promise) answer.catch((error: unknown) => report(error, event));
    } catch (error) {
      report(error, event);
    }
  };
  return {
    on: (type, listener, { signal } = {}) => {
      if (type !== '*' && !Object.hasOwn(types, type)) {
        throw new TypeError(
          `the event is ${describe(type)}; allowed is ${Object.keys(types).join(', ')} or *`,
        );
      }
      if (typeof listener !== 'function') {
        throw new TypeError(`the listener is ${describe(listener)}; allowed is a function`);
      }
      if (signal?.aborted) return () => undefined;
      const set = listeners.get(type) ?? new Set();
      listeners.set(type, set);
      // Wrap it: a listener that is added twice must also be removed twice.
      const own = (event: Event): unknown => listener(event as Parameters<typeof listener>[0]);
      set.add(own);
      const forget = onAbort(signal, () => set.delete(own));
      return () => {
        set.delete(own);
        forget();
      };
    },
    emit: (event) => {
      for (const listener of [...(listeners.get(event.type) ?? []), ...(listeners.get('*') ?? [])]) {
        call(listener, event);
      }
    },
    listens: (type) => (listeners.get(type)?.size ?? 0) + (listeners.get('*')?.size ?? 0) > 0,
  };
}
