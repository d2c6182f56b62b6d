import { describe, type FieldKind, flag, isRecord, text } from '../policy/wire-fields.ts';
import { ControlError, type PeerChange } from './control.ts';

type Kind = PeerChange['kind'];

/** Fields that a change of each kind may have besides the URL. */
const fields: Readonly<Record<Kind, Readonly<Record<string, FieldKind<unknown>>>>> = {
  add: { label: text, role: text },
  remove: {},
  enable: {},
  disable: {},
  reset: { force: flag },
};

/**
 * Reads a change from JSON.
 *
 * @throws ControlError naming the field, its value and what is allowed; also for an unknown field, because a misspelt one would
 * silently change nothing
 */
export function readPeerChange(value: unknown): PeerChange {
  if (!isRecord(value)) {
    throw refused('The change', value, 'such as {"kind":"add","peerUrl":"https://…"}');
  }
  const { kind, peerUrl, ...others } = value;
  if (!isKind(kind)) throw refused('kind', kind, Object.keys(fields).join(', '));
  if (typeof peerUrl !== 'string') throw refused('peerUrl', peerUrl, 'a URL');
  for (const [field, given] of Object.entries(others)) {
    const allowed = fields[kind][field];
    if (allowed === undefined) {
      throw new ControlError('refused', `A change of kind '${kind}' has no ${describe(field)}`);
    }
    if (!allowed.accepts(given)) throw refused(field, given, allowed.allowed);
  }
  // Only an explicit `true` forces, because it overrides a Retry-After.
  const { label, role, force } = others;
  if (kind === 'reset') return { kind, peerUrl, force: force === true };
  return kind === 'add' ? { kind, peerUrl, label: textOf(label), role: textOf(role) } : { kind, peerUrl };
}

function isKind(kind: unknown): kind is Kind {
  return typeof kind === 'string' && Object.hasOwn(fields, kind);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function refused(what: string, value: unknown, allowed: string): ControlError {
  return new ControlError('refused', `${what} is ${describe(value)}; allowed is ${allowed}`);
}
