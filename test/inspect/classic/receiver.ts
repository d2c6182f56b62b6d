import { createWebSocketReceiver } from '@xstate/inspect/lib/browser.js';
import { WebSocket } from 'ws';

/** What `@xstate/inspect` hands to the visualizer, as far as the tests look at it. */
export interface Received {
  readonly type: 'service.register' | 'service.event' | 'service.state' | 'service.stop';
  readonly sessionId: string;
  readonly machine?: ReceivedMachine;
  readonly state?: ReceivedState;
  readonly event?: { readonly name: string };
}

export interface ReceivedMachine {
  readonly stateIds: readonly string[];
  readonly events: readonly string[];
  getStateNodeByPath(path: string): { readonly invoke: readonly object[] };
  /** As the visualizer does it with each state. */
  resolveState(state: ReceivedState): { readonly configuration: readonly { readonly id: string }[] };
}

export interface ReceivedState {
  readonly value: unknown;
  readonly context: unknown;
  readonly event: unknown;
  readonly _sessionid: string;
}

export interface Receiver {
  readonly received: readonly Received[];
  readonly send: (event: unknown) => void;
}

/** The very client that the visualizer is. It was made for browsers, and finds its WebSocket as a global. */
export function openReceiver(url: string): Receiver {
  const [protocol, server = ''] = url.split('://');
  const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  Reflect.defineProperty(globalThis, 'WebSocket', { value: WebSocket, configurable: true });
  const options = { protocol: protocol === 'wss' ? 'wss' : 'ws', server, serialize: undefined } as const;
  const receiver = createWebSocketReceiver(options);
  if (own === undefined) Reflect.deleteProperty(globalThis, 'WebSocket');
  else Reflect.defineProperty(globalThis, 'WebSocket', own);
  const received: Received[] = [];
  receiver.subscribe((event: unknown) => {
    received.push(event as Received);
  });
  return { received, send: (event) => Reflect.apply(receiver.send, receiver, [event]) };
}
