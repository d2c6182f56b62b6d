import type { Chart, ChartEdge, ChartState } from './read-chart.ts';

/**
 * The chart as a Mermaid diagram, which GitHub and other viewers draw.
 *
 * Mermaid places arrows itself, so a diagram is only readable with few of them. A transition that stays in its state is
 * therefore a line of that state, and the root's transitions are a note. Mermaid cannot draw an arrow between a state and one
 * inside it, so such an arrow goes to the inner state that is entered first.
 *
 * @internal
 */
export function chartMermaid({ states, edges }: Chart): string {
  const [root] = states;
  const within = (path: string): string[] =>
    states.filter((state) => parentOf(state) === path).flatMap(stateLines);
  const stateLines = (state: ChartState): string[] => {
    const { path, key, description, initial } = state;
    if (initial !== undefined) {
      const inner = [`[*] --> ${idOf(initial)}`, ...within(path)].map((line) => `  ${line}`);
      return [`state "${lineText(`${key} — ${description}`)}" as ${idOf(path)} {`, ...inner, '}'];
    }
    const stays = edges.filter((edge) => edge.source === path && isStaying(edge));
    const texts = [description, ...stays.map((edge) => `↻ ${edgeText(edge)}`)];
    return [
      `state "${lineText(key)}" as ${idOf(path)}`,
      ...texts.map((text) => `${idOf(path)}: ${lineText(text)}`),
    ];
  };
  const ends = ({ source, target = source }: ChartEdge): [string, string] => {
    const first = (path: string): string => states.find((state) => state.path === path)?.initial ?? path;
    if (source.startsWith(`${target}.`)) return [source, first(target)];
    return [target.startsWith(`${source}.`) ? first(source) : source, target];
  };
  const lines = [
    ...(root?.initial === undefined ? [] : [`[*] --> ${idOf(root.initial)}`]),
    ...within(''),
    ...edges
      .filter((edge) => !isStaying(edge))
      .map((edge) => {
        const [from, to] = ends(edge);
        return `${idOf(from)} --> ${idOf(to)}: ${lineText(edgeText(edge))}`;
      }),
    `note left of ${idOf(root?.initial ?? '')}`,
    '  at any time',
    ...edges.filter(({ source }) => source === '').map((edge) => `  ${lineText(edgeText(edge))}`),
    'end note',
  ];
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`)].join('\n');
}

function isStaying({ source, target }: ChartEdge): boolean {
  return target === undefined || target === source;
}

function edgeText({ trigger, guard, actions: { does, raises } }: ChartEdge): string {
  const effects = [...does, ...raises.map((type) => `raise ${type}`)].join(', ');
  return [trigger, guard === '' ? '' : `[${guard}]`, effects === '' ? '' : `/ ${effects}`]
    .filter(Boolean)
    .join(' ');
}

function parentOf({ path }: ChartState): string | undefined {
  return path === '' ? undefined : path.split('.').slice(0, -1).join('.');
}

const idOf = (path: string): string => path.replaceAll('.', '_');

/** Colons, semicolons and quotes end a Mermaid text. */
function lineText(text: string): string {
  return text.replaceAll(/\s*[:;]\s*/g, ' — ').replaceAll('"', "'");
}
