import { describe, isRecord } from '../policy/wire-fields.ts';
import type { InspectorRequest } from './inspector-view.ts';

/**
 * What a viewer asks for; whatever else it sent along is left out.
 *
 * @throws TypeError naming what is wrong, and what is allowed
 */
export function readControlRequest(body: string): InspectorRequest {
  const value = parsed(body);
  const kind = value['kind'];
  const worker = textOf(value, 'worker');
  if (kind === 'sync') {
    const { force } = value;
    if (typeof force !== 'boolean') throw wrong('force', force, 'true or false');
    return { kind, worker, force };
  }
  if (kind === 'fault') return { kind, worker, peer: textOf(value, 'peer'), fault: textOf(value, 'fault') };
  throw wrong('kind', kind, "'sync' or 'fault'");
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new TypeError('the request is no JSON', { cause });
  }
  if (!isRecord(value)) throw wrong('the request', value, 'an object');
  return value;
}

function textOf(value: Readonly<Record<string, unknown>>, field: string): string {
  const text = value[field];
  if (typeof text === 'string') return text;
  throw wrong(field, text, 'a string');
}

function wrong(what: string, value: unknown, allowed: string): TypeError {
  return new TypeError(`${what} is ${describe(value)}; allowed is ${allowed}`);
}
