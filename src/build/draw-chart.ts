import type { AnyStateMachine } from 'xstate';
import {
  type Chart,
  type ChartActions,
  type ChartEdge,
  type ChartState,
  readChart,
} from '../explain/read-chart.ts';
import {
  type Box,
  type ChartPlaces,
  chartPlaces,
  type PlacedLabel,
  type PlacedState,
} from './chart-places.ts';
import { run, type TextLine, type TextRun, wrap } from './chart-text.ts';

/** A picture with a position for every part. `chartSvg` turns it into SVG. */
export interface Drawing {
  readonly page: { readonly width: number; readonly height: number };
  readonly title: string;
  readonly description: string;
  readonly boxes: readonly DrawnBox[];
  readonly arrows: readonly DrawnArrow[];
}

export interface DrawnBox {
  readonly box: Box;
  readonly classes: string;
  /** Undefined for the root and the frame. */
  readonly state: string | undefined;
  readonly holdsOthers: boolean;
  readonly texts: readonly DrawnText[];
}

export interface DrawnArrow {
  readonly points: readonly Point[];
  readonly classes: string;
  /** The ids of its transitions; none for an initial state or a raised event. */
  readonly edges: readonly string[];
  readonly label: DrawnText | undefined;
  readonly isStart: boolean;
}

/** Lines of text from top to bottom, aligned at `x`. */
export interface DrawnText {
  readonly x: number;
  readonly y: number;
  readonly align: PlacedLabel[3];
  readonly lines: readonly TextLine[];
  /** The ids of the transitions that it describes, which stay in their state; none for other texts. */
  readonly edges: readonly string[];
  /** Whether they leave the state and enter it again. */
  readonly reenter: boolean;
}

export type Point = readonly [x: number, y: number];

const PADDING = 10;
const SIGN_ROOM = 19;

/**
 * Draws a machine, with the texts of its definition at the given positions.
 *
 * @throws RangeError for a state or a transition without a position, and for a position of one that the machine does not have
 */
export function drawChart(machine: AnyStateMachine, places: ChartPlaces = chartPlaces): Drawing {
  const chart = readChart(machine);
  const [root] = chart.states;
  const plain = { classes: 'edge plain', edges: [], isStart: false };
  const raised = new Set(chart.edges.flatMap(({ actions }) => actions.raises));
  const raises = [run('note', 'raises'), run('event', [...raised].join(', '))];
  return {
    page: places.page,
    title: root?.key ?? '',
    description: root?.description ?? '',
    boxes: boxesOf(chart, places),
    arrows: [
      ...places.starts.map(({ path }) => ({
        ...plain,
        points: pointsOf(path),
        label: undefined,
        isStart: true,
      })),
      { ...plain, points: pointsOf(places.raised.path), label: labelAt(places.raised.label, [raises]) },
      ...places.arrows.map(({ edges, path, label, isRestored }): DrawnArrow => {
        const { target, actions, causes } = alike(edges.split(' ').map((id) => edgeOf(chart, id)));
        const effects = [[run('does', actions.does.join(', '))], [run('emits', actions.emits.join(', '))]];
        return {
          points: pointsOf(path),
          classes: isRestored === true ? 'edge restored plain' : `edge to-${placeOf(target, places).tone}`,
          edges: edges.split(' '),
          label: labelAt(label, [...causes, ...effects]),
          isStart: false,
        };
      }),
    ],
  };
}

function edgeOf({ edges }: Chart, id: string): ChartEdge {
  const edge = edges.find((other) => other.id === id);
  if (edge !== undefined) return edge;
  throw new RangeError(`The picture has a place for ${id}, which the machine does not have`);
}

function placeOf(path: string, { states }: ChartPlaces): PlacedState {
  const place = states[path];
  if (place !== undefined) return place;
  throw new RangeError(`The picture has no place for the state ${path}`);
}

/** The common target and actions of transitions that are drawn as one arrow, and their triggers. */
function alike(edges: readonly ChartEdge[]): { target: string; actions: ChartActions; causes: TextRun[][] } {
  const [first, ...others] = edges;
  if (first?.target === undefined) throw new RangeError(`${first?.id} leads nowhere and needs no arrow`);
  const { target, actions } = first;
  for (const other of others) {
    if (other.target !== target || JSON.stringify(other.actions) !== JSON.stringify(actions))
      throw new RangeError(`${other.id} differs from ${first.id}: one arrow cannot stand for both`);
  }
  const causes = new Map(edges.map((edge) => [JSON.stringify(causeOf(edge)), causeOf(edge)]));
  return { target, actions, causes: [...causes.values()] };
}

/** A line of a box. */
interface Line {
  readonly text: readonly TextRun[];
  readonly edges: readonly string[];
  readonly reenter: boolean;
}

function boxesOf(chart: Chart, places: ChartPlaces): DrawnBox[] {
  const { root, frame } = places;
  const onArrows = new Set(places.arrows.flatMap(({ edges }) => edges.split(' ')));
  const linesOf = ({ path, entry, invokes }: ChartState): Line[] => [
    ...invokes.map((actor) => line([run('note', 'runs'), run('event', actor)])),
    ...(entry.does.length + entry.emits.length === 0
      ? []
      : [line([run('note', 'on entry:'), ...actionsOf(entry)])]),
    ...chart.edges.filter(({ id, source }) => source === path && !onArrows.has(id)).map(edgeLine),
  ];
  // The frame lists once what all its states have in common.
  const members = chart.states.filter(({ tags }) => tags.includes(frame.tag)).map(linesOf);
  const shared = (members[0] ?? []).flatMap((one): Line[] => {
    const same = members.flatMap((lines) => lines.filter((other) => isSame(one, other)));
    return same.length === members.length ? [{ ...one, edges: same.flatMap(({ edges }) => edges) }] : [];
  });
  return [
    boxAt(root, 'news', [[run('name', root.title)]], chart.states.slice(0, 1).flatMap(linesOf)),
    boxAt(frame, 'frame holds', [[run('name', frame.title)], [run('note', frame.note)]], shared),
    ...chart.states.slice(1).map((state): DrawnBox => {
      const place = placeOf(state.path, places);
      const own = linesOf(state).filter(
        (one) => !state.tags.includes(frame.tag) || !shared.some((other) => isSame(one, other)),
      );
      const head = [[run('name', state.key)], [run('note', state.description)]];
      const classes = `state ${place.tone}${state.initial === undefined ? '' : ' holds'}`;
      return { ...boxAt(place, classes, head, own), state: state.path };
    }),
  ];
}

function line(text: readonly TextRun[]): Line {
  return { text, edges: [], reenter: false };
}

function edgeLine(edge: ChartEdge): Line {
  const { id, source, target, reenter, actions } = edge;
  if (target !== undefined && target !== source) throw new RangeError(`The picture has no arrow for ${id}`);
  return { text: [...causeOf(edge), ...actionsOf(actions)], edges: [id], reenter };
}

function isSame(one: Line, other: Line): boolean {
  return one.reenter === other.reenter && JSON.stringify(one.text) === JSON.stringify(other.text);
}

function boxAt(
  { box, text: at }: Pick<PlacedState, 'box' | 'text'>,
  classes: string,
  head: readonly (readonly TextRun[])[],
  lines: readonly Line[],
): DrawnBox {
  const [left, top, boxWidth] = box;
  const [x, from, width] = at ?? [left + PADDING, top + PADDING - 2, boxWidth - 2 * PADDING];
  let y = from;
  const texts = [...head.map(line), ...lines].map(({ text, edges, reenter }): DrawnText => {
    const indent = edges.length > 0 ? SIGN_ROOM : 0;
    const drawn = {
      x: x + indent,
      y,
      align: 'start',
      lines: wrap(text, width - indent),
      edges,
      reenter,
    } as const;
    y += textBox(drawn)[3];
    return drawn;
  });
  return { box, classes, state: undefined, holdsOthers: classes.includes('holds'), texts };
}

function causeOf({ trigger, guard }: ChartEdge): TextRun[] {
  return [run('event', trigger), run(trigger === '' ? 'event' : 'does', guard === '' ? '' : `[${guard}]`)];
}

function actionsOf({ does, emits }: ChartActions): TextRun[] {
  return [run('does', does.join(', ')), run('emits', emits.length === 0 ? '' : `emits ${emits.join(', ')}`)];
}

function labelAt([x, y, width, align]: PlacedLabel, paragraphs: readonly (readonly TextRun[])[]): DrawnText {
  return { x, y, align, lines: paragraphs.flatMap((one) => wrap(one, width)), edges: [], reenter: false };
}

/** The bounding box of a text. */
export function textBox({ x, y, align, lines }: Pick<DrawnText, 'x' | 'y' | 'align' | 'lines'>): Box {
  const width = Math.max(0, ...lines.map((one) => one.width));
  const height = lines.reduce((sum, one) => sum + one.height, 0);
  return [x - { start: 0, middle: width / 2, end: width }[align], y, width, height];
}

/** The bounding box of an arrow's label, including its background plate. */
export function plateBox(label: DrawnText): Box {
  const [x, y, width, height] = textBox(label);
  return [x - 4, y - 2, width + 8, height + 4];
}

/** `M10 20H40V60` as points. */
function pointsOf(path: string): Point[] {
  let [x, y] = [0, 0];
  return [...path.matchAll(/([MHV])(\d+)(?: (\d+))?/g)].map(([, command, first, second]): Point => {
    if (command !== 'V') x = Number(first);
    if (command !== 'H') y = Number(second ?? first);
    return [x, y];
  });
}
