/** What a machine's config says, counted on its own: nothing here is shared with the code that draws. */
export interface CountedDefinition {
  /** Paths of all states but the root. */
  readonly states: readonly string[];
  /** `source trigger guard target` of every transition; a place that is not named is `-`. */
  readonly transitions: readonly string[];
  readonly names: Readonly<
    Record<'events' | 'delays' | 'actors' | 'guards' | 'actions', ReadonlySet<string>>
  >;
}

type Config = Readonly<Record<string, unknown>>;

export function countedDefinition(config: unknown): CountedDefinition {
  const states: string[] = [];
  const transitions: string[] = [];
  const names = {
    events: new Set<string>(),
    delays: new Set<string>(),
    actors: new Set<string>(),
    guards: new Set<string>(),
    actions: new Set<string>(),
  };

  const count = (source: string, trigger: string, candidates: unknown): void => {
    for (const candidate of listed(candidates)) {
      const { guard, target, actions } = asConfig(candidate);
      const guardName = guard === undefined ? '-' : nameOf(guard);
      if (guard !== undefined) names.guards.add(guardName);
      for (const action of listed(actions)) names.actions.add(nameOf(action));
      transitions.push([source, trigger, guardName, lastKey(target)].join(' '));
    }
  };

  const walk = (path: string, node: Config): void => {
    if (path !== '') states.push(path);
    for (const [event, candidates] of Object.entries(asConfig(node['on']))) {
      names.events.add(event);
      count(path, event, candidates);
    }
    for (const [delay, candidates] of Object.entries(asConfig(node['after']))) {
      names.delays.add(delay);
      count(path, `after.${delay}`, candidates);
    }
    count(path, 'always', node['always']);
    for (const invoke of listed(node['invoke']).map(asConfig)) {
      const actor = nameOf(invoke['src']);
      names.actors.add(actor);
      count(path, `done.${actor}`, invoke['onDone']);
      count(path, `error.${actor}`, invoke['onError']);
    }
    for (const [key, child] of Object.entries(asConfig(node['states']))) {
      walk(path === '' ? key : `${path}.${key}`, asConfig(child));
    }
  };

  walk('', asConfig(config));
  return { states, transitions, names };
}

/** The last key of a target, as `#syncWorker.running.abandoned` and `abandoned` name the same state. */
export function lastKey(target: unknown): string {
  return typeof target === 'string' ? (target.split('.').at(-1) ?? '-') : '-';
}

function listed(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? [...value] : [value];
}

function asConfig(value: unknown): Config {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : String(asConfig(value)['type']);
}
