import type { Tone } from './chart-style.ts';

/** Pixels: left, top, width, height. */
export type Box = readonly [x: number, y: number, width: number, height: number];

export interface PlacedState {
  readonly box: Box;
  /** Where its text begins, and how wide it may be; by default it fills the box. */
  readonly text?: readonly [x: number, y: number, width: number];
  readonly tone: Tone;
}

/** The x of the left edge, the middle or the right edge of its lines, the y of the first, and the width to break them at. */
export type PlacedLabel = readonly [x: number, y: number, width: number, align: 'start' | 'middle' | 'end'];

export interface PlacedArrow {
  /** Ids of transitions, with a space between them, that are alike but for their source and what sets them off. */
  readonly edges: string;
  /** Absolute path commands of SVG, `M`, `H` and `V`, from the edge of the source to that of the target. */
  readonly way: string;
  readonly label: PlacedLabel;
  /** Taken by a worker that goes on where it was before a restart. */
  readonly isRestored?: boolean;
}

/**
 * Where the chart's states and transitions stand in its picture. What they say comes from the machine. A transition that
 * stays in its state is a line of text in the state's box, and needs no place.
 */
export interface ChartPlaces {
  readonly page: { readonly width: number; readonly height: number };
  /** What the root handles, whatever the state is. */
  readonly root: { readonly box: Box; readonly title: string };
  /** The states with this tag react alike: a frame holds them, and says once what they have in common. */
  readonly frame: { readonly tag: string; readonly box: Box; readonly title: string; readonly note: string };
  readonly states: Readonly<Record<string, PlacedState>>;
  /** The first state of a state. */
  readonly starts: readonly { readonly of: string; readonly way: string }[];
  readonly arrows: readonly PlacedArrow[];
  /** From what the root handles to the states that decide anew. */
  readonly raised: { readonly way: string; readonly label: PlacedLabel };
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
    { of: '', way: 'M608 330V350' },
    { of: 'running', way: 'M488 858V918H452' },
  ],
  arrows: [
    {
      edges: 'idle:always:5 ok:always:0 error:always:0 fork:always:0 solo:always:0',
      way: 'M496 724V834',
      label: [496, 748, 116, 'middle'],
    },
    {
      edges: 'idle:always:6 ok:always:1 error:always:1 fork:always:1 solo:always:1',
      way: 'M668 724V546H646',
      label: [662, 638, 110, 'end'],
    },
    { edges: 'idle:always:0', way: 'M646 388H692V1128H680', label: [686, 732, 130, 'end'], isRestored: true },
    { edges: 'idle:always:2', way: 'M130 426V480', label: [130, 440, 120, 'middle'], isRestored: true },
    { edges: 'idle:always:1', way: 'M280 426V480', label: [280, 440, 120, 'middle'], isRestored: true },
    { edges: 'idle:always:3', way: 'M428 426V480', label: [428, 440, 120, 'middle'], isRestored: true },
    { edges: 'idle:always:4', way: 'M578 426V480', label: [578, 440, 120, 'middle'], isRestored: true },
    { edges: 'running:run.withdraw:0', way: 'M44 834V408H62', label: [50, 740, 95, 'start'] },
    { edges: 'running.failed:always:1', way: 'M40 1108H28V372H62', label: [35, 950, 125, 'start'] },
    { edges: 'running.failed:always:2', way: 'M158 1040V614', label: [158, 638, 110, 'middle'] },
    { edges: 'running.attempting:done.attempt:0', way: 'M274 870V614', label: [274, 630, 130, 'middle'] },
    { edges: 'running.attempting:done.attempt:1', way: 'M416 870V614', label: [416, 630, 130, 'middle'] },
    { edges: 'running.abandoned:always:2', way: 'M634 1040V818H552V614', label: [634, 884, 100, 'middle'] },
    {
      edges:
        'running.attempting:done.attempt:2 running.attempting:error.attempt:0 running.attempting:after.attemptTimeout:0',
      way: 'M290 968V1118H240',
      label: [296, 990, 160, 'start'],
    },
    { edges: 'running.failed:always:0', way: 'M220 1040V918H252', label: [220, 970, 112, 'middle'] },
    { edges: 'running.abandoned:always:1', way: 'M530 1040V858H494', label: [530, 956, 116, 'middle'] },
    { edges: 'running:after.stuckTimeout:0', way: 'M600 1314V1276', label: [592, 1285, 140, 'end'] },
  ],
  raised: { way: 'M360 208V252', label: [360, 220, 300, 'middle'] },
};
