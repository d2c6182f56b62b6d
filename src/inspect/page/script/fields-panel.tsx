import type { VNode } from 'preact';
import { fromNow } from '../../../explain/time-text.ts';
import { toWire } from '../../../policy/sync-worker-state-wire.ts';
import type { InspectorView } from '../../inspector-view.ts';
import type { Moment } from './model.ts';
import { Section } from './parts.tsx';
import { utcText } from './time-text.ts';

/** The ten fields under their wire names, and the chain below them. */
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
    ...(chain === null || isPast
      ? []
      : [['chain: events', chain.count] as const, ['chain: head', chain.head] as const]),
  ];
  return (
    <Section id="fields" title="The ten fields">
      <dl id="fields" class="pairs">
        {fields.map(([name, value]) => (
          <div key={name}>
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

function timeWords(name: string, time: number, now: number): string {
  if (time === 0) return name === 'next_sync_due_at' ? 'at once' : 'never';
  return `${utcText(time)}, ${fromNow(time, now)}`;
}
