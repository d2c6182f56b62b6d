import type { Tone } from './chart-style.ts';

/** Pixels: left, top, width, height. */
export type Box = readonly [x: number, y: number, width: number, height: number];

export interface PlacedState {
  readonly box: Box;
  /** Position and maximum width of its text; by default it fills the box. */
  readonly text?: readonly [x: number, y: number, width: number];
  readonly tone: Tone;
}

/** `x` is the left edge, the middle or the right edge of the lines, by `align`; `y` is the first line; lines wrap at `width`. */
export type PlacedLabel = readonly [x: number, y: number, width: number, align: 'start' | 'middle' | 'end'];

export interface PlacedArrow {
  /** Space-separated ids of transitions that differ only in their source and trigger. */
  readonly edges: string;
  /** Absolute SVG path commands `M`, `H` and `V`, from the edge of the source to the edge of the target. */
  readonly path: string;
  readonly label: PlacedLabel;
  /** Whether a restarted worker takes it to resume its previous state. */
  readonly isRestored?: boolean;
}

/**
 * The positions of the chart's states and transitions in its picture. Their texts come from the machine. A transition that stays
 * in its state is a line of text in the state's box and needs no position.
 */
export interface ChartPlaces {
  readonly page: { readonly width: number; readonly height: number };
  /** The transitions of the root, which apply in every state. */
  readonly root: { readonly box: Box; readonly title: string };
  /** The states with this tag share transitions: a frame surrounds them and lists these once. */
  readonly frame: { readonly tag: string; readonly box: Box; readonly title: string; readonly note: string };
  readonly states: Readonly<Record<string, PlacedState>>;
  /** The arrows to the initial state of each compound state. */
  readonly starts: readonly { readonly of: string; readonly path: string }[];
  readonly arrows: readonly PlacedArrow[];
  /** The arrow from the root's transitions to the states that then decide again. */
  readonly raised: { readonly path: string; readonly label: PlacedLabel };
}

/** The picture of `sync-worker.machine.ts`. */
export const chartPlaces: ChartPlaces = {
  page: { width: 720, height: 1354 },
  root: { box: [16, 72, 688, 136], title: 'at any time' },
  frame: {
    tag: 'waiting',
    box: [16, 252, 688, 472],
    title: 'waiting',
    note: 'Each of these decides on entry: to run, to be solo, or to wait and then enter itself again.',
  },
  states: {
    idle: { box: [62, 350, 584, 76], tone: 'calm' },
    error: { box: [62, 480, 137, 134], tone: 'bad' },
    ok: { box: [211, 480, 137, 134], tone: 'good' },
    fork: { box: [360, 480, 137, 134], tone: 'odd' },
    solo: { box: [509, 480, 137, 134], tone: 'alone' },
    running: { box: [16, 834, 688, 480], text: [26, 1210, 420], tone: 'busy' },
    'running.attempting': { box: [252, 870, 200, 98], tone: 'busy' },
    'running.failed': { box: [40, 1040, 200, 154], tone: 'busy' },
    'running.abandoned': { box: [460, 1040, 220, 236], tone: 'busy' },
  },
  starts: [
    { of: '', path: 'M608 330V350' },
    { of: 'running', path: 'M488 858V918H452' },
  ],
  arrows: [
    {
      edges: 'idle:always:5 ok:always:0 error:always:0 fork:always:0 solo:always:0',
      path: 'M496 724V834',
      label: [496, 748, 116, 'middle'],
    },
    {
      edges: 'idle:always:6 ok:always:1 error:always:1 fork:always:1 solo:always:1',
      path: 'M668 724V546H646',
      label: [662, 638, 110, 'end'],
    },
    {
      edges: 'idle:always:0',
      path: 'M646 388H692V1128H680',
      label: [686, 732, 130, 'end'],
      isRestored: true,
    },
    { edges: 'idle:always:2', path: 'M130 426V480', label: [130, 440, 120, 'middle'], isRestored: true },
    { edges: 'idle:always:1', path: 'M280 426V480', label: [280, 440, 120, 'middle'], isRestored: true },
    { edges: 'idle:always:3', path: 'M428 426V480', label: [428, 440, 120, 'middle'], isRestored: true },
    { edges: 'idle:always:4', path: 'M578 426V480', label: [578, 440, 120, 'middle'], isRestored: true },
    { edges: 'running:run.withdraw:0', path: 'M44 834V408H62', label: [50, 740, 95, 'start'] },
    { edges: 'running.failed:always:1', path: 'M40 1108H28V372H62', label: [35, 950, 125, 'start'] },
    { edges: 'running.failed:always:2', path: 'M158 1040V614', label: [158, 638, 110, 'middle'] },
    { edges: 'running.attempting:done.attempt:0', path: 'M274 870V614', label: [274, 630, 130, 'middle'] },
    { edges: 'running.attempting:done.attempt:1', path: 'M416 870V614', label: [416, 630, 130, 'middle'] },
    { edges: 'running.abandoned:always:2', path: 'M634 1040V818H552V614', label: [634, 884, 100, 'middle'] },
    {
      edges:
        'running.attempting:done.attempt:2 running.attempting:error.attempt:0 running.attempting:after.attemptTimeout:0',
      path: 'M290 968V1118H240',
      label: [296, 990, 160, 'start'],
    },
    { edges: 'running.failed:always:0', path: 'M220 1040V918H252', label: [220, 970, 112, 'middle'] },
    { edges: 'running.abandoned:always:1', path: 'M530 1040V858H494', label: [530, 956, 116, 'middle'] },
    { edges: 'running:after.stuckTimeout:0', path: 'M600 1314V1276', label: [592, 1285, 140, 'end'] },
  ],
  raised: { path: 'M360 208V252', label: [360, 220, 300, 'middle'] },
};
