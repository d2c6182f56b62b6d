import { plainRecord } from '../viewers/plain-value.ts';

/** An event as XState 4 keeps it: the event itself, in the envelope of SCXML. */
export interface V4Event {
  readonly name: string;
  readonly data: { readonly type: string; readonly [field: string]: unknown };
  readonly $$type: 'scxml';
  readonly type: 'external';
}

const spellings: readonly (readonly [RegExp, string])[] = [
  // The visualizer makes a machine of the definition and would take what needs no event, round and round, without guards.
  [/^$/, 'always'],
  [/^xstate\.done\.actor\./, 'done.invoke.'],
  [/^xstate\.error\.actor\./, 'error.platform.'],
  [/^xstate\.done\.state\./, 'done.state.'],
  // XState 4 writes `xstate.after(…)#…`, but the visualizer calls such a delay by its name, which it does not have, and
  // throws each time it draws. The delay is a name or a number, and so without a dot.
  [/^xstate\.after\.([^.]+)\.(.+)$/, 'after.$1.$2'],
];

/** The type of an event of XState 5 as XState 4 spells it. */
export function v4EventType(type: string): string {
  for (const [spelling, v4] of spellings) if (spelling.test(type)) return type.replace(spelling, v4);
  return type;
}

/** An event of XState 5 as XState 4 has it, as plain JSON. */
export function v4Event(event: { readonly type: string }): V4Event {
  const name = v4EventType(event.type);
  return { name, data: { ...plainRecord(event), type: name }, $$type: 'scxml', type: 'external' };
}
