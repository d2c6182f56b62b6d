import type { InspectorStep } from '../../inspector-view.ts';
import { byId, setText } from './element.ts';
import { flash } from './flash.ts';
import type { Panel } from './panel.ts';
import { clockText } from './time-text.ts';

/** How many of the steps since the last frame flash; the older ones were too quick to be seen. */
const flashed = 12;

/** The chart, with the active state and the last edge lit. */
export interface ChartPanel extends Panel {
  /** Steps that were taken since. */
  take(steps: readonly InspectorStep[]): void;
  /** Another worker: its last edge is not known. */
  clear(): void;
}

export function createChartPanel(): ChartPanel {
  const box = byId('chart', HTMLElement);
  const note = byId('steps', HTMLElement);
  const fit = byId('fit', HTMLButtonElement);
  const states = new Map<string, Element>();
  const edges = new Map<string, Element>();
  for (const node of box.querySelectorAll('[data-state]'))
    states.set(node.getAttribute('data-state') ?? '', node);
  for (const node of box.querySelectorAll('[data-edge]')) {
    for (const edge of node.getAttribute('data-edge')?.split(' ') ?? []) edges.set(edge, node);
  }
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let steps: readonly InspectorStep[] = [];
  let active = '';
  const light = (name: 'active' | 'last', nodes: ReadonlySet<Element>): void => {
    for (const node of box.querySelectorAll(`.${name}`)) if (!nodes.has(node)) node.classList.remove(name);
    for (const node of nodes) node.classList.add(name);
  };
  const nodesOf = (step: InspectorStep): readonly Element[] =>
    [states.get(step.state), ...step.edges.map((edge) => edges.get(edge))].filter(
      (node) => node !== undefined,
    );

  fit.addEventListener('click', () => {
    const fits = box.classList.toggle('fit');
    fit.setAttribute('aria-pressed', String(fits));
    if (fits) byId('chart-panel', HTMLElement).scrollIntoView();
    else bringIntoView(box, states.get(active), calm.matches);
  });
  addEventListener('resize', () => bringIntoView(box, states.get(active), calm.matches));

  return {
    take: (taken) => {
      steps = [...steps, ...taken].slice(-flashed);
    },
    clear: () => {
      steps = [];
      active = '';
      light('last', new Set());
      setText(note, 'No step seen yet');
    },
    show: (view) => {
      if (view.active !== active) {
        active = view.active;
        light('active', new Set(withParents(active).flatMap((path) => states.get(path) ?? [])));
        bringIntoView(box, states.get(active), calm.matches);
      }
      const last = steps.at(-1);
      if (last === undefined) return;
      light('last', new Set(last.edges.flatMap((edge) => edges.get(edge) ?? [])));
      setText(note, `Last step at ${clockText(last.at)}: ${last.edges.join(', ')} → ${last.state}`);
      if (!calm.matches) flash(steps.map(nodesOf));
      steps = [];
    },
  };
}

/** `a.b.c` is in `a.b` and in `a` as well. */
function withParents(path: string): string[] {
  const names = path.split('.');
  return names.map((_, depth) => names.slice(0, depth + 1).join('.'));
}

/** Moves the chart within its box, and only as long as nobody is at it. */
function bringIntoView(box: HTMLElement, state: Element | undefined, isCalm: boolean): void {
  if (state === undefined || box.matches(':hover, :focus-within')) return;
  const frame = box.getBoundingClientRect();
  const shape = state.getBoundingClientRect();
  box.scrollBy({
    left: shape.x + shape.width / 2 - (frame.x + frame.width / 2),
    behavior: isCalm ? 'auto' : 'smooth',
    top: shape.y + shape.height / 2 - (frame.y + frame.height / 2),
  });
}
