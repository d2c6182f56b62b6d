import type { InspectorView } from '../../inspector-view.ts';
import { createChartPanel } from './chart-panel.ts';
import { createControlsPanel } from './controls-panel.ts';
import { createFaultsPanel } from './faults-panel.ts';
import { openFeed } from './feed.ts';
import { createFieldsPanel } from './fields-panel.ts';
import { createHeaderPanel } from './header-panel.ts';
import { createLogPanel } from './log-panel.ts';
import { createNowPanel } from './now-panel.ts';
import { onceAFrame } from './once-a-frame.ts';
import { createPeersPanel } from './peers-panel.ts';
import { createRunsPanel } from './runs-panel.ts';
import { createServerTime } from './server-time.ts';

/** Milliseconds between two looks at the clock, so that no second of a countdown is skipped. */
const tick = 250;

const time = createServerTime();
const chart = createChartPanel();
const log = createLogPanel();
let view: InspectorView | undefined;

const header = createHeaderPanel((worker) => {
  history.replaceState(null, '', `#${new URLSearchParams({ worker })}`);
  feed.watch(worker);
});
const panels = [
  header,
  createNowPanel(),
  createControlsPanel(),
  chart,
  createRunsPanel(),
  createPeersPanel(),
  createFaultsPanel(),
  createFieldsPanel(),
];

const draw = onceAFrame(() => {
  if (view === undefined) return;
  for (const panel of panels) panel.show(view, time.now());
  log.show();
});

const feed = openFeed(new URLSearchParams(location.hash.slice(1)).get('worker') ?? '', {
  connection: (connection) => {
    if (connection === 'lost') time.halt();
    header.connection(connection);
  },
  view: (told) => {
    if (told.worker !== view?.worker) {
      chart.clear();
      log.clear();
    }
    view = told;
    time.set(told.at);
    chart.take(told.steps);
    log.take(told.log, told.linesDropped);
    draw();
  },
});

setInterval(draw, tick);
