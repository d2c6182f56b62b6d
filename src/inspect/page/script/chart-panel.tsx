import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chart } from '../../../explain/read-chart.ts';
import { durationText } from '../../../explain/time-text.ts';
import { actionWords, edgesOf, edgeWords } from './event-words.ts';
import type { Moment } from './model.ts';
import { Section } from './parts.tsx';
import { clockText, countdownText } from './time-text.ts';

const MIN_ZOOM = 0.2;
const MAX_ZOOM = 4;

/** A scale, or what the picture must fit into: the width of its box, or the whole box. */
type Zoom = number | 'width' | 'fit';

interface ChartProps {
  readonly moment: Moment;
  readonly chart: Chart;
  /** Shown in place of the last step if none is known. */
  readonly noStep: string;
}

/** The chart with the active state and the last step highlighted. It can be zoomed by buttons or Ctrl and wheel, and dragged. */
export function ChartPanel({ moment, chart, noStep }: ChartProps): VNode {
  const box = useRef<HTMLElement>(null);
  const [zoom, setZoom] = useState<Zoom>('width');
  const [chosen, choose] = useState<string>();
  const { state, lastStep } = moment;

  useEffect(() => (box.current === null ? undefined : openPicture(box.current, choose, setZoom)), []);
  useEffect(() => {
    if (box.current !== null) resize(box.current, zoom);
  }, [zoom]);
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    light(
      current,
      'active',
      withParents(state).map((path) => `[data-state="${path}"]`),
    );
    light(
      current,
      'last',
      (lastStep?.transitions ?? []).map((id) => `[data-edge~="${id}"]`),
    );
    bringIntoView(current, current.querySelector(`[data-state="${state}"]`));
  }, [state, lastStep, zoom]);

  const words = edgesOf(chart, lastStep?.transitions ?? []).map(edgeWords);
  const by = (factor: number) => () =>
    setZoom(Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, scaleOf(box.current) * factor)));
  return (
    <Section
      id="chart"
      title="Chart"
      note={
        <span id="steps">
          {lastStep === undefined
            ? noStep
            : `Last step at ${clockText(lastStep.at)}: ${words.join(', ') || `${lastStep.from || 'start'} → ${lastStep.to}`}`}
        </span>
      }
      tools={
        <div class="tools">
          <button type="button" aria-label="Smaller" onClick={by(1 / 1.25)}>
            −
          </button>
          <button type="button" aria-label="Larger" onClick={by(1.25)}>
            +
          </button>
          <button
            type="button"
            id="fit"
            aria-pressed={zoom === 'fit'}
            onClick={() => setZoom(zoom === 'fit' ? 'width' : 'fit')}
          >
            Fit
          </button>
        </div>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard */}
      <section id="chart" class="chart" ref={box} tabIndex={0} aria-label="The statechart" />
      <PolicyLine moment={moment} />
      {chosen !== undefined && (
        <StateDetail path={chosen} chart={chart} moment={moment} close={() => choose(undefined)} />
      )}
    </Section>
  );
}

/** Puts the picture into its box and makes its states buttons. @returns a function that removes the listeners */
function openPicture(
  box: HTMLElement,
  choose: (path: string) => void,
  setZoom: (zoom: number) => void,
): () => void {
  const template = document.getElementById('chart-picture');
  if (template instanceof HTMLTemplateElement) box.append(template.content.cloneNode(true));
  // With the role of an image it would hide its states from screen readers.
  box.querySelector('svg')?.setAttribute('role', 'group');
  for (const node of box.querySelectorAll('[data-state]')) {
    node.setAttribute('role', 'button');
    node.setAttribute('tabindex', '0');
  }
  let drag: { x: number; y: number } | undefined;
  let isDragged = false;
  const stateOf = ({ target }: Event): string | undefined =>
    (target instanceof Element ? target.closest('[data-state]') : null)?.getAttribute('data-state') ??
    undefined;
  const listeners = new AbortController();
  const on = <Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (event: HTMLElementEventMap[Type]) => void,
  ): void => box.addEventListener(type, listener, { signal: listeners.signal, passive: false });
  on('click', (event) => {
    const path = stateOf(event);
    if (path !== undefined && !isDragged) choose(path);
  });
  on('keydown', (event) => {
    const path = stateOf(event);
    if (path === undefined || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    choose(path);
  });
  on('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    setZoom(Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, scaleOf(box) * (event.deltaY > 0 ? 1 / 1.1 : 1.1))));
  });
  on('pointerdown', ({ clientX: x, clientY: y, pointerType }) => {
    isDragged = false;
    if (pointerType === 'mouse') drag = { x, y };
  });
  on('pointermove', ({ clientX: x, clientY: y, buttons }) => {
    if (drag === undefined || buttons === 0) return;
    isDragged ||= Math.hypot(x - drag.x, y - drag.y) > 4;
    if (!isDragged) return;
    box.scrollBy(drag.x - x, drag.y - y);
    drag = { x, y };
  });
  addEventListener(
    'pointerup',
    () => {
      drag = undefined;
    },
    { signal: listeners.signal },
  );
  return () => listeners.abort();
}

function sizeOf(box: HTMLElement | null): { readonly svg: SVGSVGElement | null; readonly width: number } {
  const svg = box?.querySelector('svg') ?? null;
  return { svg, width: svg?.viewBox.baseVal.width ?? 1 };
}

function scaleOf(box: HTMLElement | null): number {
  const { svg, width } = sizeOf(box);
  return (svg?.getBoundingClientRect().width ?? width) / width;
}

function resize(box: HTMLElement, zoom: Zoom): void {
  const { svg, width } = sizeOf(box);
  box.classList.toggle('fit', zoom === 'fit');
  for (const property of ['width', 'min-width']) {
    svg?.style.setProperty(property, typeof zoom === 'string' ? '' : `${width * zoom}px`);
  }
}

function light(box: HTMLElement, name: 'active' | 'last', selectors: readonly string[]): void {
  const nodes = new Set(selectors.flatMap((selector) => [...box.querySelectorAll(selector)]));
  for (const node of box.querySelectorAll(`.${name}`)) if (!nodes.has(node)) node.classList.remove(name);
  for (const node of nodes) node.classList.add(name);
}

/** `a.b.c` is also in `a.b` and in `a`. */
function withParents(path: string): string[] {
  const names = path.split('.');
  return names.map((_, depth) => names.slice(0, depth + 1).join('.'));
}

/** Scrolls the chart within its box, unless the user is using it. */
function bringIntoView(box: HTMLElement, state: Element | null): void {
  if (state === null || box.matches(':hover, :focus-within')) return;
  const frame = box.getBoundingClientRect();
  const shape = state.getBoundingClientRect();
  box.scrollBy(
    shape.x + shape.width / 2 - (frame.x + frame.width / 2),
    shape.y + shape.height / 2 - (frame.y + frame.height / 2),
  );
}

/** The values of the delays that the chart names. */
function PolicyLine({ moment: { context } }: { moment: Moment }): VNode {
  const { policy } = context;
  const seconds = (value: number): string => (value === 0 ? 'off' : durationText(value));
  const numbers: readonly (readonly [string, string])[] = [
    ['interval', `${seconds(policy.intervalSeconds)}${share(policy.spreadRatio)}`],
    [
      'backoff',
      `${seconds(policy.failureBackoffSeconds)} to ${seconds(policy.failureBackoffCapSeconds)}${share(policy.jitterRatio)}`,
    ],
    ['stuck timeout', seconds(policy.stuckAfterSeconds)],
    ['attempt timeout', seconds(policy.attemptTimeoutSeconds)],
  ];
  return (
    <dl id="policy" aria-label="The policy in force">
      {numbers.map(([name, number]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{number}</dd>
        </div>
      ))}
    </dl>
  );
}

function share(ratio: number): string {
  return ratio === 0 ? '' : ` + up to ${Math.round(ratio * 100)} %`;
}

interface DetailProps extends Omit<ChartProps, 'noStep'> {
  readonly path: string;
  readonly close: () => void;
}

/** One state: its description, the transitions out of it, and what it is waiting for. */
function StateDetail({ path, chart, moment, close }: DetailProps): VNode {
  const { why, at } = moment;
  const isActive = withParents(moment.state).includes(path);
  const description = chart.states.find((state) => state.path === path)?.description;
  // Including the transitions of its parent states.
  const sources = ['', ...withParents(path)].reverse();
  const edges = sources.flatMap((source) => chart.edges.filter((edge) => edge.source === source));
  const left = why.nextRunAt - at;
  return (
    <section id="state-detail" aria-label={`State ${path}`}>
      <p>
        <strong>{path}</strong> {description}{' '}
        <button type="button" onClick={close}>
          Close
        </button>
      </p>
      <p class="note">
        {!isActive || !why.started
          ? 'Not active.'
          : left > 0
            ? `Active; waits for another ${countdownText(left)} (${why.rule}).`
            : 'Active; due.'}
      </p>
      <ul>
        {edges.map((edge) => (
          <li key={edge.id}>
            <code>{edgeWords(edge)}</code> <span class="note">{actionWords(edge.actions)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
