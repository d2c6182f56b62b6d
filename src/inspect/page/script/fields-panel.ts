import { byId, element, setText } from './element.ts';
import { createRows } from './keyed-rows.ts';
import type { Panel } from './panel.ts';
import { relativeText, utcText } from './time-text.ts';

interface FieldRow {
  readonly node: HTMLElement;
  readonly value: HTMLElement;
  readonly beside: HTMLElement;
}

function timeText(name: string, time: number, now: number): string {
  if (time === 0) return name === 'next_sync_due_at' ? 'at once' : 'never';
  return `${utcText(time)}, ${relativeText(time, now)}`;
}

/** The ten fields under their wire names, and the chain below them. */
export function createFieldsPanel(): Panel {
  let now = 0;
  const rows = createRows<readonly [string, unknown], FieldRow>(byId('fields', HTMLElement), {
    key: ([name]) => name,
    create: ([name]) => {
      const node = element('div');
      const value = element('span', 'value');
      const beside = element('span', 'note');
      const definition = element('dd');
      definition.append(value, ' ', beside);
      node.append(element('dt', '', name), definition);
      return { node, value, beside };
    },
    update: ({ value, beside }, [name, held]) => {
      const time = name.endsWith('_at') && typeof held === 'number' ? held : undefined;
      setText(value, held === '' ? '–' : String(held));
      setText(beside, time === undefined ? '' : timeText(name, time, now));
    },
  });
  return {
    show: ({ status: { state, chain, gates, serving } }, at) => {
      now = at;
      rows([
        ...Object.entries(state),
        ...(chain === null
          ? []
          : [['chain: events', chain.count] as const, ['chain: head', chain.head] as const]),
        ...serving.map((listener) => {
          const {
            url,
            private: isPrivate,
            requests,
            limited,
            events,
            requestsPerWindow,
            windowSeconds,
          } = listener;
          const limit = `limit ${requestsPerWindow} in ${windowSeconds} s`;
          return [
            `serving: ${isPrivate ? 'private' : 'public'}`,
            `${url}, ${events} events in ${requests} requests, ${limited} limited (${limit})`,
          ] as const;
        }),
        ...gates.map(
          ({ gate, messages, lastSeen }) =>
            [`gate: ${gate}`, `${messages} messages, last seen ${utcText(lastSeen)}`] as const,
        ),
      ]);
    },
  };
}
