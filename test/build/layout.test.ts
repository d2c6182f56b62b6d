import { describe, expect, test } from 'vitest';
import { type Box, chartPlaces } from '../../src/build/chart-places.ts';
import { type DrawnBox, drawChart, type Point, plateBox, textBox } from '../../src/build/draw-chart.ts';
import { readChart } from '../../src/explain/read-chart.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { isOnEdge, overlap, pairs, stretchesOf, within } from './drawn.ts';

const { page, boxes, arrows } = drawChart(syncWorkerMachine);
const chart = readChart(syncWorkerMachine);
const paper: Box = [0, 0, page.width, page.height];
const leaves = boxes.filter(({ holdsOthers }) => !holdsOthers);
const holders = boxes.filter(({ holdsOthers }) => holdsOthers);
const frame = holders.find(({ state }) => state === undefined) ?? expect.unreachable('no frame');
const nameOf = ({ state, classes }: DrawnBox): string => state ?? classes;
const boxOf = (path: string): Box =>
  boxes.find(({ state }) => state === path)?.box ?? expect.unreachable(`no box for ${path}`);

/** The states that transitions leave, and the one that they lead to. */
function endsOf(ids: readonly string[]): { sources: string[]; target: string } {
  const edges = chart.edges.filter(({ id }) => ids.includes(id));
  return { sources: [...new Set(edges.map(({ source }) => source))], target: edges[0]?.target ?? '' };
}

/** Where the dot is at which a state's first state is entered. */
function startOf(path: string): Point | undefined {
  const index = chartPlaces.starts.findIndex(({ of }) => of === path);
  return arrows.filter(({ isStart }) => isStart)[index]?.points[0];
}

/** The texts of the boxes that hold others: no arrow may run through them, and no label lie on them. */
const texts = holders.flatMap((holder) => holder.texts.map(textBox));
const labels = arrows.flatMap(({ label }, arrow) =>
  label === undefined ? [] : [{ arrow, box: plateBox(label) }],
);

describe('boxes', () => {
  test('lie on the page, and in the state that they are part of', () => {
    for (const one of boxes) {
      const above = one.state?.split('.').slice(0, -1).join('.') ?? '';
      expect(within(one.box, above === '' ? paper : boxOf(above)), nameOf(one)).toBe(true);
    }
  });

  test('of waiting states lie in the frame, and no others', () => {
    const inFrame = leaves.filter(({ box }) => overlap(box, frame.box)).map(nameOf);
    const waiting = Object.values(syncWorkerMachine.root.states).filter(({ tags }) =>
      tags.includes('waiting'),
    );
    expect(inFrame.toSorted()).toEqual(waiting.map(({ key }) => key).toSorted());
    for (const { box } of leaves) expect(overlap(box, frame.box)).toBe(within(box, frame.box));
  });

  test('do not overlap', () => {
    for (const [a, b] of [...pairs(leaves), ...pairs(holders)])
      expect(overlap(a.box, b.box), `${nameOf(a)}, ${nameOf(b)}`).toBe(false);
  });

  test('have room for their text', () => {
    for (const one of boxes)
      for (const text of one.texts) expect(within(textBox(text), one.box), nameOf(one)).toBe(true);
    for (const text of texts)
      for (const one of leaves) expect(overlap(text, one.box), nameOf(one)).toBe(false);
  });
});

describe('labels', () => {
  test('lie on the page, and on no box, no text and no other label', () => {
    const others = [...leaves.map(({ box }) => box), ...texts];
    for (const { arrow, box } of labels) {
      const id = arrows[arrow]?.edges.join(' ');
      expect(within(box, paper), id).toBe(true);
      expect(
        others.filter((other) => overlap(box, other)),
        id,
      ).toEqual([]);
    }
    for (const [a, b] of pairs(labels))
      expect(overlap(a.box, b.box), `${arrows[a.arrow]?.edges}, ${arrows[b.arrow]?.edges}`).toBe(false);
  });
});

describe('arrows', () => {
  test('run from the edge of their source, or of the frame around their sources, to that of their target', () => {
    for (const { points, edges } of arrows.filter((arrow) => arrow.edges.length > 0)) {
      const { sources, target } = endsOf(edges);
      const [start = [0, 0], end = [0, 0]] = [points.at(0), points.at(-1)];
      const isFromFrame = sources.length > 1;
      expect(isOnEdge(start, isFromFrame ? frame.box : boxOf(sources[0] ?? '')), `${edges} leaves`).toBe(
        true,
      );
      const [dotX, dotY] = startOf(target) ?? [-1, -1];
      const isAtDot = end[1] === dotY && Math.abs(end[0] - dotX) <= 6;
      expect(isAtDot || isOnEdge(end, boxOf(target)), `${edges} arrives`).toBe(true);
    }
  });

  test('from the frame stand for every state in it', () => {
    const inFrame = leaves.filter(({ box }) => within(box, frame.box)).map(nameOf);
    for (const { edges } of arrows) {
      const { sources } = endsOf(edges);
      if (sources.length > 1) expect(sources.toSorted(), edges.join(' ')).toEqual(inFrame.toSorted());
    }
  });

  test('lead from a dot to the first state of every state that has some', () => {
    const parents = chart.states.filter(({ initial }) => initial !== undefined);
    expect(chartPlaces.starts.map(({ of }) => of)).toEqual(parents.map(({ path }) => path));
    for (const [index, { initial = '' }] of parents.entries()) {
      const end = arrows.filter(({ isStart }) => isStart)[index]?.points.at(-1);
      expect(end !== undefined && isOnEdge(end, boxOf(initial)), initial).toBe(true);
    }
  });

  test('run level or upright, through no box, no text and no label of another', () => {
    for (const [index, { points, edges }] of arrows.entries()) {
      const obstacles = [
        ...leaves.map(({ box }) => box),
        ...texts,
        ...labels.filter(({ arrow }) => arrow !== index).map(({ box }) => box),
      ];
      for (const stretch of stretchesOf(points)) {
        expect(Math.min(stretch[2], stretch[3]), edges.join(' ')).toBe(0);
        expect(
          obstacles.filter((box) => overlap(stretch, box)),
          edges.join(' '),
        ).toEqual([]);
      }
    }
  });
});

test('the picture is shown on a README page at its full size', () => {
  expect(page.width).toBeLessThanOrEqual(840);
});
