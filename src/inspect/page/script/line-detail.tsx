import type { VNode } from 'preact';
import type { Chart } from '../../../explain/read-chart.ts';
import { actionWords, edgesOf, edgeWords } from './event-words.ts';
import type { PageLine } from './model.ts';

/** One event in full: its data, its transitions, and the changes of the context. */
export function LineDetail({ line, chart }: { readonly line: PageLine; readonly chart: Chart }): VNode {
  const { event, from, to, transitions, changes, emitted, before, context } = line;
  const taken = edgesOf(chart, transitions);
  const isEntered = from !== to || taken.some(({ target }) => target !== undefined);
  // The entry actions of parent states run only if those are entered too.
  const entry = isEntered ? chart.states.find(({ path }) => path === to)?.entry : undefined;
  const actions = [...taken.map((edge) => edge.actions), ...(entry === undefined ? [] : [entry])].map(
    actionWords,
  );
  const facts: readonly (readonly [string, VNode | string])[] = [
    [
      'event',
      event === null ? (
        'unknown: nobody was watching, or it did not go through the chart'
      ) : (
        <Tree value={event} />
      ),
    ],
    ['state', from === to ? to || 'no actor' : `${from || 'no actor'} → ${to || 'no actor'}`],
    ['transitions', taken.map(edgeWords).join(', ') || transitions.join(', ') || 'none'],
    ['actions', actions.filter((words) => words !== '').join(', ') || 'none'],
    ['emitted', emitted.map(({ type, text }) => `${type}: ${text}`).join(' · ') || 'nothing'],
  ];
  return (
    <div class="detail">
      <dl class="pairs">
        {facts.map(([name, fact]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
      <p class="note">Changes of the context{changes.length === 0 ? ': none' : ''}</p>
      <ul class="changes">
        {changes.map((change) => (
          <li key={change.path}>
            <code>{change.path.slice(1).replaceAll('/', '.')}</code>{' '}
            {change.op !== 'add' && <del>{short(valueAt(before, change.path))}</del>}{' '}
            {change.op !== 'remove' && <ins>{short(change.value)}</ins>}
          </li>
        ))}
      </ul>
      <details>
        <summary>The whole context after the event</summary>
        <Tree value={context} changed={changes.map(({ path }) => path)} />
      </details>
    </div>
  );
}

interface TreeProps {
  readonly value: unknown;
  readonly path?: string;
  /** JSON Pointers of the changed values. */
  readonly changed?: readonly string[];
}

/** A value as a tree. Nodes that contain a change are open. */
function Tree({ value, path = '', changed = [] }: TreeProps): VNode {
  if (typeof value !== 'object' || value === null) return <span class="value">{short(value)}</span>;
  return (
    <ul class="tree">
      {Object.entries(value).map(([key, part]) => {
        const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const isNew = changed.some((one) => at === one || at.startsWith(`${one}/`));
        const holdsNew = changed.some((one) => one.startsWith(`${at}/`));
        const name = isNew ? <mark>{key}</mark> : key;
        const isLeaf = typeof part !== 'object' || part === null || Object.keys(part).length === 0;
        return (
          <li key={key}>
            {isLeaf ? (
              <>
                {name}: <span class="value">{short(part)}</span>
              </>
            ) : (
              <details open={holdsNew || isNew}>
                <summary>
                  {name} <span class="note">{Array.isArray(part) ? `${part.length} items` : ''}</span>
                </summary>
                <Tree value={part} path={at} changed={changed} />
              </details>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
      value,
    );
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
