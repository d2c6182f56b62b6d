import { inspect } from '@xstate/inspect/lib/server.js';
import { whileReplaced } from './host-global.ts';
import type { V4Service } from './v4-service.ts';

/** Takes a message of the library, as JSON. */
export type Deliver = (message: string) => void;

/** `@xstate/inspect`, as far as it is used. */
export interface XStateInspect {
  /** Does what makes the library send something, and takes what it sends. */
  delivering(deliver: Deliver, act: () => void): void;
  register(service: V4Service): void;
  /** Makes the library send all services, as it does when a viewer comes. */
  inspecting(): void;
}

/** What the library keeps in a global: its list of services. */
interface DevTools {
  register(service: V4Service): void;
}

type Listener = (given: unknown, isBinary?: boolean) => void;

let opened: XStateInspect | undefined;

/**
 * The library, one for the process: what it holds on to, it never lets go. It is given no real server but one of ours,
 * with a single client that is everybody, and it tells everything at once, while it is called: so each message is
 * taken by whoever made the call. What a viewer says never reaches it.
 */
export function openXStateInspect(): XStateInspect {
  opened ??= createXStateInspect();
  return opened;
}

/** @internal Another one, which the tests make. */
export function createXStateInspect(): XStateInspect {
  let deliver: Deliver | undefined;
  const everybody = { OPEN: 1, readyState: 1, send: (message: string) => deliver?.(message) };
  const listeners = new Map<string, Listener>();
  const server = {
    clients: new Set([everybody]),
    on: (event: string, listener: Listener) => listeners.set(event, listener),
    close: () => undefined,
  };
  const devTools = whileReplaced('__xstate__', () => {
    // All that the library uses of a WebSocketServer.
    inspect({ server: server as unknown as Parameters<typeof inspect>[0]['server'] });
    return Reflect.get(globalThis, '__xstate__') as DevTools;
  });
  let hear: Listener = () => undefined;
  listeners.get('connection')?.({
    on: (_: string, listener: Listener) => {
      hear = listener;
    },
  });
  return {
    delivering: (to, act) => {
      const before = deliver;
      deliver = to;
      try {
        act();
      } finally {
        deliver = before;
      }
    },
    register: (service) => devTools.register(service),
    inspecting: () => hear(JSON.stringify({ type: 'xstate.inspecting' }), false),
  };
}
