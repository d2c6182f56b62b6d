import type { VNode } from 'preact';
import { servingText } from '../../../explain/serving-text.ts';
import { fromNow } from '../../../explain/time-text.ts';
import type { ChainView } from '../../../operations/worker-status.ts';
import { toWire } from '../../../policy/sync-worker-state-wire.ts';
import type { InspectorView } from '../../inspector-view.ts';
import type { Moment } from './model.ts';
import { Section } from './parts.tsx';
import { utcText } from './time-text.ts';

/** The ten fields under their wire names, and below them the chain, who is served of it, and its gates. */
export function FieldsPanel({
  moment,
  view,
}: {
  readonly moment: Moment;
  readonly view: InspectorView;
}): VNode {
  const { context, at, isPast } = moment;
  const { chain } = view;
  const fields = [
    ...Object.entries(toWire(context.worker)),
    ...(chain === null || isPast ? [] : chainFields(chain)),
  ];
  return (
    <Section id="fields" title="The ten fields">
      <dl id="fields" class="pairs">
        {fields.map(([name, value]) => (
          <div key={`${name} ${value}`}>
            <dt>{name}</dt>
            <dd>
              <span class="value">{value === '' ? '–' : String(value)}</span>{' '}
              {name.endsWith('_at') && typeof value === 'number' && (
                <span class="note">{timeWords(name, value, at)}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function chainFields({ count, head, serving, gates }: ChainView): readonly (readonly [string, unknown])[] {
  return [
    ['chain: events', count],
    ['chain: head', head],
    ...serving.map((listener) => ['chain: serves', servingText(listener)] as const),
    ...gates.map(
      ({ gate, messages, lastSeen }) =>
        [`gate: ${gate}`, `${messages} messages, last seen ${utcText(lastSeen)}`] as const,
    ),
  ];
}

function timeWords(name: string, time: number, now: number): string {
  if (time === 0) return name === 'next_sync_due_at' ? 'at once' : 'never';
  return `${utcText(time)}, ${fromNow(time, now)}`;
}
