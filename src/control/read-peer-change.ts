import { describe, isRecord } from '../policy/wire-fields.ts';
import { ControlError } from './control-error.ts';
import type { PeerChange } from './peer-change.ts';

const KINDS = ['add', 'remove', 'enable', 'disable', 'reset'] as const;
type Kind = (typeof KINDS)[number];

/**
 * Reads a change that came as JSON.
 *
 * @throws ControlError naming the field, its value and what is allowed; also for a field that does not exist, because
 * a misspelt one would silently change nothing
 */
export function readPeerChange(value: unknown): PeerChange {
  if (!isRecord(value)) {
    throw refused(
      `The change is ${describe(value)}; allowed is such as {"kind":"add","peerUrl":"https://…"}`,
    );
  }
  const { kind, peerUrl, label, role, force, ...others } = value;
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw refused(`kind is ${describe(kind)}; allowed are ${KINDS.join(', ')}`);
  if (typeof peerUrl !== 'string') throw refused(`peerUrl is ${describe(peerUrl)}; allowed is a URL`);
  const [unknown] = Object.keys({ ...others, ...misplaced(known, value) });
  if (unknown !== undefined) throw refused(`A change of kind '${known}' has no ${describe(unknown)}`);
  if (known === 'reset') return { kind: known, peerUrl, force: flag(force) };
  if (known !== 'add') return { kind: known, peerUrl };
  return { kind: known, peerUrl, label: text('label', label), role: text('role', role) };
}

/** The fields that belong to another kind. */
function misplaced(kind: Kind, value: Record<string, unknown>): Record<string, unknown> {
  const elsewhere =
    kind === 'add' ? ['force'] : kind === 'reset' ? ['label', 'role'] : ['label', 'role', 'force'];
  return Object.fromEntries(Object.entries(value).filter(([field]) => elsewhere.includes(field)));
}

function text(field: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw refused(`${field} is ${describe(value)}; allowed is a string`);
}

/** True only by the word itself: what it switches on is the one way round a Retry-After. */
function flag(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw refused(`force is ${describe(value)}; allowed are true and false`);
}

function refused(message: string): ControlError {
  return new ControlError('refused', message);
}
