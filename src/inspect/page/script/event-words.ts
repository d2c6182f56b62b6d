import type { Chart, ChartActions, ChartEdge } from '../../../explain/read-chart.ts';
import type { RecordedLine } from '../../recording/recording.ts';

/** An event as labelled in the picture: `after interval`, `attempt ended`. XState's names contain the state as well. */
export function eventLabel({ event, emitted }: RecordedLine): string {
  const type = event?.type;
  if (type === undefined) return emitted[0]?.type ?? 'observed';
  const [, what, name = ''] =
    /^xstate\.(after|done\.actor|error\.actor|init|stop)(?:\.([^.]+))?/.exec(type) ?? [];
  if (what === undefined) return type;
  if (what === 'after') return `after ${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
  if (what === 'init') return 'start';
  if (what === 'stop') return 'stop';
  return `${name} ${what === 'done.actor' ? 'ended' : 'threw'}`;
}

/** The effects of an event, on one line. */
export function lineText({ event, emitted, from, to }: RecordedLine): string {
  const path = from === to ? '' : `${from || 'no actor'} → ${to || 'no actor'}`;
  const texts = emitted.map(({ text }) => text);
  const fields = Object.entries(event ?? {})
    .filter(([field, value]) => field !== 'type' && /^(string|number|boolean)$/.test(typeof value))
    .map(([field, value]) => `${field} ${value}`);
  const parts = [path, ...(texts.length > 0 || path !== '' ? texts : fields)].filter((part) => part !== '');
  return parts.join(' · ') || 'nothing changed';
}

/** The types for filtering a line: those of its event and of the emitted events. */
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

/** The transitions with these ids, in this order, if the chart has them. */
export function edgesOf({ edges }: Chart, ids: readonly string[]): readonly ChartEdge[] {
  return ids.flatMap((wanted) => edges.find(({ id }) => id === wanted) ?? []);
}

/** A transition as labelled in the picture. */
export function edgeWords({ trigger, guard, target }: ChartEdge): string {
  const parts = [trigger, guard === '' ? '' : `[${guard}]`, target === undefined ? '' : `→ ${target}`];
  return parts.filter((part) => part !== '').join(' ');
}

export function actionWords({ does, emits, raises }: ChartActions): string {
  return [...does, ...emits.map((type) => `emit ${type}`), ...raises.map((type) => `raise ${type}`)].join(
    ', ',
  );
}
