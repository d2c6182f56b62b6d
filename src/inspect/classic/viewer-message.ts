import { isRecord } from '../../policy/wire-fields.ts';

/** A message of a classic viewer: it starts to inspect, or sends an event to a service. */
export type ViewerMessage = { readonly type: 'xstate.inspecting' } | ViewerEvent;

export interface ViewerEvent {
  readonly type: 'xstate.event';
  readonly sessionId: string;
  readonly event: { readonly type: string; readonly [field: string]: unknown };
}

/** Undefined for anything else, including commands that the library itself would obey, such as `disconnect`. */
export function readViewerMessage(text: string): ViewerMessage | undefined {
  const message = recordOf(text);
  if (message?.['type'] === 'xstate.inspecting') return { type: 'xstate.inspecting' };
  if (message?.['type'] !== 'xstate.event') return undefined;
  const { name, data, origin } = recordOf(message['event']) ?? {};
  if (typeof name !== 'string' || typeof origin !== 'string' || !isRecord(data) || data['type'] !== name) {
    return undefined;
  }
  return { type: 'xstate.event', sessionId: origin, event: { ...data, type: name } };
}

function recordOf(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // Not JSON. A viewer may send anything.
    return undefined;
  }
}
