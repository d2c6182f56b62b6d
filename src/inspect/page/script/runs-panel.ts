import type { InspectedRun } from '../../inspector-view.ts';
import { byId, element } from './element.ts';
import { createRows } from './keyed-rows.ts';
import type { Panel } from './panel.ts';
import { createRunBlock, type RunBlock, showRunBlock } from './run-block.ts';
import { showRun } from './run-detail.ts';

/** The last runs as blocks, and one of them in full. */
export function createRunsPanel(): Panel {
  const strip = byId('runs', HTMLElement);
  const detail = byId('run', HTMLElement);
  /** Undefined: the newest, whichever that is. */
  let chosen: string | undefined;
  let blocks: ReadonlyMap<string, RunBlock> = new Map();
  let shownNow = 0;
  const rows = createRows<{ run: InspectedRun; before: InspectedRun | undefined }, RunBlock>(strip, {
    key: ({ run }) => String(run.startedAt),
    create: createRunBlock,
    update: showRunBlock,
  });

  const mark = (): void => {
    const keys = [...blocks.keys()];
    if (chosen !== undefined && !blocks.has(chosen)) chosen = undefined;
    const current = chosen ?? keys.at(-1);
    for (const [key, { node }] of blocks) {
      node.tabIndex = key === current ? 0 : -1;
      node.classList.toggle('chosen', key === current);
      node.setAttribute('aria-pressed', String(key === current));
    }
    const run = current === undefined ? undefined : blocks.get(current)?.run;
    if (run !== undefined) showRun(detail, run, shownNow);
    else detail.replaceChildren(element('p', 'note', 'No run yet.'));
  };
  const choose = (key: string | undefined): void => {
    const newest = [...blocks.keys()].at(-1);
    chosen = key === newest ? undefined : key;
    mark();
  };

  strip.addEventListener('click', ({ target }) => {
    for (const [key, { node }] of blocks) if (target instanceof Node && node.contains(target)) choose(key);
  });
  strip.addEventListener('keydown', (event) => {
    const keys = [...blocks.keys()];
    const present = keys.findIndex((key) => blocks.get(key)?.node === document.activeElement);
    const next = {
      ArrowLeft: present - 1,
      ArrowRight: present + 1,
      Home: 0,
      End: keys.length - 1,
      Escape: keys.length - 1,
    }[event.key];
    const key = next === undefined ? undefined : keys[Math.min(keys.length - 1, Math.max(0, next))];
    if (key === undefined) return;
    event.preventDefault();
    choose(key);
    blocks.get(key)?.node.focus();
  });

  addEventListener('resize', () => {
    if (chosen === undefined) strip.scrollLeft = strip.scrollWidth;
  });

  return {
    show: ({ runs }, now) => {
      shownNow = now;
      const atEnd = strip.scrollLeft + strip.clientWidth >= strip.scrollWidth - 8;
      blocks = rows(runs.map((run, index) => ({ run, before: runs[index - 1] })));
      mark();
      if (atEnd) strip.scrollLeft = strip.scrollWidth;
    },
  };
}
