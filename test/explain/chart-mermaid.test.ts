import { expect, test } from 'vitest';
import { chartMermaid } from '../../src/explain/chart-mermaid.ts';
import { readChart } from '../../src/explain/read-chart.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { chartDefinition } from '../support/chart-definition.ts';

const chart = readChart(syncWorkerMachine);
const { states, transitions } = chartDefinition(syncWorkerMachine.config);
const [head, ...lines] = chartMermaid(chart)
  .split('\n')
  .map((line) => line.trim());
const note = lines.slice(lines.findIndex((line) => line.startsWith('note ')) + 1, -1);
const idOf = (path: string): string => path.replaceAll('.', '_');

/** The statements of Mermaid's grammar for state diagrams that are used here. A text has no colon, semicolon or quote. */
const statements = {
  state: /^state "([^":;]+)" as (\w+)( \{)?$/,
  end: /^\}$/,
  text: /^(\w+): ([^":;]+)$/,
  arrow: /^(\[\*\]|\w+) --> (\w+)(?:: ([^":;]+))?$/,
};

test('every line is a statement of a state diagram, with every state declared once', () => {
  expect(head).toBe('stateDiagram-v2');
  const noteAt = lines.findIndex((line) => line.startsWith('note '));
  expect(lines[noteAt]).toMatch(/^note left of \w+$/);
  expect(lines.at(-1)).toBe('end note');
  const unread = lines
    .slice(0, noteAt)
    .filter((line) => !Object.values(statements).some((form) => form.test(line)));
  expect(unread).toEqual([]);
  const declared = lines.flatMap((line) => statements.state.exec(line)?.[2] ?? []);
  expect(declared.toSorted()).toEqual(states.map(({ path }) => idOf(path)).toSorted());
  expect(lines.filter((line) => line.endsWith('{'))).toHaveLength(
    lines.filter((line) => line === '}').length,
  );
});

test('no arrow leads from a state into one that holds it, or out of it: Mermaid cannot draw those', () => {
  for (const line of lines) {
    const [, from = '', to = ''] = statements.arrow.exec(line) ?? [];
    expect(from.startsWith(`${to}_`) || to.startsWith(`${from}_`), line).toBe(false);
  }
});

test('every state says what it means', () => {
  for (const { config } of states) {
    const words = String(config['description'])
      .split(/[:;]/)
      .map((part) => part.trim());
    expect(
      lines.some((line) => words.every((part) => line.includes(part))),
      words.join(),
    ).toBe(true);
  }
});

test('every transition stands there: as an arrow, as a line of its state, or in the note', () => {
  const arrows = lines.filter((line) => statements.arrow.test(line) && !line.startsWith('[*]'));
  const stays = lines.filter((line) => /^\w+: ↻ /.test(line));
  const spoken = note.slice(1);
  expect(arrows.length + stays.length + spoken.length).toBe(transitions.length);
  for (const { source, target, trigger, guard } of chart.edges) {
    const says = (line: string): boolean =>
      line.includes(trigger) && line.includes(guard === '' ? '' : `[${guard}]`);
    if (source === '') expect(spoken.some(says), trigger).toBe(true);
    else if (target === source)
      expect(stays.some((line) => line.startsWith(`${idOf(source)}: `) && says(line))).toBe(true);
    else
      expect(
        arrows.some((line) => line.includes(' --> ') && says(line)),
        `${source} ${trigger} ${guard}`,
      ).toBe(true);
  }
});
