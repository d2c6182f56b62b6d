import type { ChartState, ChartTransition } from '../../recording/chart-definition.ts';
import type { RecordedLine } from '../../recording/recording.ts';

/** An event as the picture has it: `after interval`, `attempt done`. XState's own names say which state it is of, too. */
export function eventLabel({ event, emitted }: RecordedLine): string {
  const type = event?.type;
  if (type === undefined) return emitted[0]?.type ?? 'observed';
  const [, what, name = ''] =
    /^xstate\.(after|done\.actor|error\.actor|init|stop)(?:\.([^.]+))?/.exec(type) ?? [];
  if (what === undefined) return type;
  if (what === 'after') return `after ${name}`;
  if (what === 'init') return 'start';
  if (what === 'stop') return 'stop';
  return `${name} ${what === 'done.actor' ? 'done' : 'failed'}`;
}

/** What came of an event, on one line. */
export function lineText({ event, emitted, from, to }: RecordedLine): string {
  const way = from === to ? '' : `${from || 'no actor'} → ${to || 'no actor'}`;
  const said = emitted.map(({ text }) => text);
  const fields = Object.entries(event ?? {})
    .filter(([field, value]) => field !== 'type' && /^(string|number|boolean)$/.test(typeof value))
    .map(([field, value]) => `${field} ${value}`);
  const parts = [way, ...(said.length > 0 || way !== '' ? said : fields)].filter((part) => part !== '');
  return parts.join(' · ') || 'nothing changed';
}

/** The types by which a line can be found: that of its event, and what was emitted. */
export function lineTypes(line: RecordedLine): readonly string[] {
  return [...new Set([eventLabel(line), ...line.emitted.map(({ type }) => type)])];
}

export function lineTone({ emitted }: RecordedLine): string {
  const isBad = emitted.some(
    ({ type, outcome }) =>
      /^(fault|storage\.failed|run\.stuck|event\.refused)$/.test(type) || outcome === 'error',
  );
  if (isBad) return 'bad';
  if (emitted.some(({ outcome }) => outcome === 'fork')) return 'odd';
  return emitted.some(({ outcome }) => outcome === 'ok') ? 'good' : 'calm';
}

/** The transitions of these ids, as far as the chart has them. */
export function transitionsOf(
  states: readonly ChartState[],
  ids: readonly string[],
): readonly ChartTransition[] {
  const all = new Map(states.flatMap(({ transitions }) => transitions.map((one) => [one.id, one] as const)));
  return ids.flatMap((id) => all.get(id) ?? []);
}

/** A transition in the words of the picture. */
export function transitionWords({ trigger, guard, source, target, leaves }: ChartTransition): string {
  const where = leaves || source !== target ? ` → ${target}` : '';
  return `${words(trigger)}${guard === '' ? '' : ` [${words(guard)}]`}${where}`;
}

/** `begin run` for `beginRun`, as the picture has it. */
export function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
