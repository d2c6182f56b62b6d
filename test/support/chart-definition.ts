/** What a machine's config says, found without XState and without the code that draws. */
export interface ChartDefinition {
  /** Paths of all states but the root. */
  readonly states: readonly DefinedState[];
  readonly transitions: readonly DefinedTransition[];
}

export interface DefinedState {
  readonly path: string;
  readonly config: Config;
}

export interface DefinedTransition {
  /** `source:trigger:index`. */
  readonly id: string;
  readonly guard: unknown;
  readonly target: unknown;
  readonly actions: readonly unknown[];
}

export type Config = Readonly<Record<string, unknown>>;

export function chartDefinition(config: unknown): ChartDefinition {
  const states: DefinedState[] = [];
  const transitions: DefinedTransition[] = [];
  const note = (source: string, trigger: string, candidates: unknown): void =>
    listed(candidates)
      .map((one) => (typeof one === 'string' ? { target: one } : asConfig(one)))
      .forEach(({ guard, target, actions }, index) => {
        transitions.push({ id: `${source}:${trigger}:${index}`, guard, target, actions: listed(actions) });
      });
  const walk = (path: string, node: Config): void => {
    if (path !== '') states.push({ path, config: node });
    for (const [event, candidates] of Object.entries(asConfig(node['on']))) note(path, event, candidates);
    for (const [delay, candidates] of Object.entries(asConfig(node['after'])))
      note(path, `after.${delay}`, candidates);
    note(path, 'always', node['always']);
    for (const invoke of listed(node['invoke']).map(asConfig)) {
      note(path, `done.${invoke['src']}`, invoke['onDone']);
      note(path, `error.${invoke['src']}`, invoke['onError']);
    }
    for (const [key, child] of Object.entries(asConfig(node['states'])))
      walk(path === '' ? key : `${path}.${key}`, asConfig(child));
  };
  walk('', asConfig(config));
  return { states, transitions };
}

export function listed(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function asConfig(value: unknown): Config {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
