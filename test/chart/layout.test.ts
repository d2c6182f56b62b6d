import { describe, expect, test } from 'vitest';
import { textSize } from '../../src/chart/box-text.ts';
import { type Box, overlap, stretchesOf } from '../../src/chart/chart-geometry.ts';
import { layOut } from '../../src/chart/chart-layout.ts';
import { pageMargins } from '../../src/chart/chart-svg.ts';
import { drawChart } from '../../src/chart/draw-chart.ts';
import { ROOT } from '../../src/chart/node-ids.ts';
import { syncWorkerWords } from '../../src/chart/sync-worker-words.ts';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';

const { plan, layout } = await drawChart(syncWorkerMachine, syncWorkerWords);
const page: Box = { x: 0, y: 0, ...layout.page };

function boxOf(id: string): Box {
  const box = layout.boxes.get(id);
  if (box === undefined) throw new Error(`${id} has no place`);
  return box;
}

function within(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function pairs<Item>(items: readonly Item[]): (readonly [Item, Item])[] {
  return items.flatMap((item, index) => items.slice(index + 1).map((other) => [item, other] as const));
}

/** Where the words of a box that holds others stand: no arrow may run through them. */
function wordsOf(id: string): Box {
  const node = plan.nodes.find((other) => other.id === id);
  if (node?.text === undefined) throw new Error(`${id} has no words`);
  const { x, y, height } = boxOf(id);
  const size = textSize(node.text);
  return { x, y: id.startsWith('frame:') ? y + height - size.height : y, ...size };
}

const solid = plan.nodes.filter(({ holdsOthers }) => !holdsOthers).map(({ id }) => id);
const holders = plan.nodes.filter(({ holdsOthers }) => holdsOthers).map(({ id }) => id);

describe('boxes', () => {
  test('lie within the box that holds them', () => {
    for (const { id } of plan.nodes) {
      const home = plan.homes.get(id) ?? ROOT;
      expect(within(boxOf(id), home === ROOT ? page : boxOf(home)), id).toBe(true);
    }
  });

  test('do not overlap those beside them', () => {
    for (const [a, b] of pairs(plan.nodes.map(({ id }) => id))) {
      if (plan.homes.get(a) === plan.homes.get(b))
        expect(overlap(boxOf(a), boxOf(b)), `${a}, ${b}`).toBe(false);
    }
  });

  test('have room for their words, beside what they hold', () => {
    for (const { id, text, holdsOthers } of plan.nodes) {
      if (text === undefined) continue;
      expect(within(holdsOthers ? wordsOf(id) : { ...boxOf(id), ...plannedSize(id) }, boxOf(id)), id).toBe(
        true,
      );
      const held = plan.nodes.filter((other) => plan.homes.get(other.id) === id);
      for (const other of held)
        expect(overlap(wordsOf(id), boxOf(other.id)), `${id}, ${other.id}`).toBe(false);
    }
  });
});

function plannedSize(id: string): { width: number; height: number } {
  const node = plan.nodes.find((other) => other.id === id);
  return { width: node?.width ?? 0, height: node?.height ?? 0 };
}

describe('labels', () => {
  const labels = plan.arrows.flatMap(({ arrow, label }) => (label === undefined ? [] : [{ arrow, label }]));

  test('have a place as large as their words, on the page', () => {
    for (const { arrow, label } of labels) {
      const box = layout.labels.get(arrow.id);
      expect(box, arrow.id).toMatchObject({ width: label.width, height: label.height });
      expect(box !== undefined && within(box, page), arrow.id).toBe(true);
    }
  });

  test('overlap no box, no words and no other label', () => {
    const obstacles = [...solid.map(boxOf), ...holders.map(wordsOf)];
    for (const [id, box] of layout.labels) {
      expect(
        obstacles.filter((other) => overlap(box, other)),
        id,
      ).toEqual([]);
    }
    for (const [a, b] of pairs([...layout.labels]))
      expect(overlap(a[1], b[1]), `${a[0]}, ${b[0]}`).toBe(false);
  });
});

describe('arrows', () => {
  test('run from the edge of their source to the edge of their target', () => {
    for (const { arrow } of plan.arrows) {
      const points = (layout.ways.get(arrow.id) ?? []).flat();
      const ends = [
        [points.at(0), boxOf(arrow.from)],
        [points.at(-1), boxOf(arrow.to)],
      ] as const;
      for (const [point, { x, y, width, height }] of ends) {
        expect(point, arrow.id).toBeDefined();
        expect(point?.x, arrow.id).toBeGreaterThanOrEqual(x);
        expect(point?.x, arrow.id).toBeLessThanOrEqual(x + width);
        expect(
          [y, y + height].some((edge) => Math.abs(edge - (point?.y ?? -1)) < 0.5),
          arrow.id,
        ).toBe(true);
      }
    }
  });

  test('run level or upright, through no box, no words and no label of another', () => {
    for (const { arrow } of plan.arrows) {
      const stretches = (layout.ways.get(arrow.id) ?? []).flatMap(stretchesOf);
      const others = [...layout.labels].filter(([id]) => id !== arrow.id).map(([, box]) => box);
      const obstacles = [...solid.map(boxOf), ...holders.map(wordsOf), ...others];
      for (const stretch of stretches) {
        expect(Math.min(stretch.width, stretch.height), arrow.id).toBe(0);
        expect(
          obstacles.filter((box) => overlap(stretch, box)),
          arrow.id,
        ).toEqual([]);
      }
    }
  });
});

test('the same plan is laid out the same again', async () => {
  const [one, other] = [await layOut(plan, pageMargins(plan)), await layOut(plan, pageMargins(plan))];
  expect(one).toEqual(other);
});

test('the picture is shown on a README page at its full size', () => {
  expect(layout.page.width).toBeLessThanOrEqual(840);
});
