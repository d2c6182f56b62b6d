import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { measureSize, type Size } from './core-size.ts';
import { type ContenderName, contenderNames } from './cycle.ts';
import type { IdleHour } from './hour.ts';
import type { IdleFigures } from './idle-workers.ts';
import { measureImport } from './import-time.ts';
import { inChild } from './in-child.ts';
import type { CatchUpFigures } from './infonet-catch-up.ts';
import type { InfonetFigures } from './infonet-verify.ts';
import { reportInspection } from './inspect-report.ts';
import { median } from './median.ts';
import { inRounds } from './rounds.ts';
import type { ScrapeFigures } from './scrape.ts';
import { reportSimulator } from './simulator.ts';
import { showTable, verdict, verdictAtLeast } from './table.ts';

const self = fileURLToPath(import.meta.url);
const coreEntry = new URL('../index.js', import.meta.url);

const CYCLE_ROUNDS = 9;
const IDLE_ROUNDS = 3;
/** What an hour of the last release took, in cycles of the bare machine: 810 µs beside 32 µs. */
const HOUR_BEFORE = 25.3;
const IMPORT_ROUNDS = 15;

const labels: Readonly<Record<ContenderName, string>> = {
  ours: 'our actor',
  bare: 'XState, the same states, no policy',
  flat: 'XState, six flat states, no policy',
  loop: 'hand-written loop, the same policy',
  robot3: 'robot3, the same policy',
};

/** Measures everything, one table after another. */
export async function report(): Promise<void> {
  const processors = cpus();
  console.log(
    `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'unknown processor'}`,
  );
  console.log('Medians of several processes, taken in turn; kB is 1,000 bytes. Takes a few minutes.\n');
  console.log(`${reportCycles()}\n`);
  console.log(`${reportHours()}\n`);
  console.log(`${reportIdleWorkers()}\n`);
  console.log(`${reportImports()}\n`);
  console.log(`${await reportSizes()}\n`);
  console.log(`${reportInfonet()}\n`);
  console.log(`${reportScrape()}\n`);
  console.log(`${reportInspection(self)}\n`);
  console.log(reportSimulator(self));
}

function reportCycles(): string {
  const figures = inRounds(CYCLE_ROUNDS, contenderNames, (name) => inChild<number>([self, 'cycle', name]));
  const middle = (name: ContenderName): number => median(figures.get(name) ?? []);
  return showTable({
    title: 'A cycle: due → running → result → waiting',
    heads: ['µs', '× XState'],
    rows: contenderNames.map((name) => {
      const ratio = middle(name) / middle('bare');
      const target = name === 'ours' ? [verdict(ratio, 1.6, ' ×')] : [];
      return [labels[name], middle(name).toFixed(1), ratio.toFixed(2), ...target];
    }),
  });
}

function reportHours(): string {
  const subjects = ['hour', 'bare'] as const;
  const figures = inRounds(CYCLE_ROUNDS, subjects, (name) =>
    inChild<number>([self, ...(name === 'hour' ? ['hour'] : ['cycle', 'bare'])]),
  );
  const middle = (name: (typeof subjects)[number]): number => median(figures.get(name) ?? []);
  const ratio = middle('hour') / middle('bare');
  const idle = [1000, 100_000] as const;
  const hours = inRounds(IDLE_ROUNDS, idle, (workers) =>
    inChild<IdleHour>([self, 'idle-hour', String(workers)]),
  );
  return [
    showTable({
      title: 'An hour by the default policy: 12 runs',
      heads: ['µs', 'bare cycles'],
      rows: [['our actor', middle('hour').toFixed(0), ratio.toFixed(1), verdict(ratio, HOUR_BEFORE, ' ×')]],
    }),
    showTable({
      title: '\nAn hour in which nobody is due',
      heads: ['CPU, ms', 'steps'],
      rows: [...hours].map(([workers, taken]) => [
        `${workers.toLocaleString('en')} workers`,
        median(taken.map(({ milliseconds }) => milliseconds)).toFixed(1),
        String(median(taken.map(({ steps }) => steps))),
      ]),
    }),
  ].join('\n');
}

function reportIdleWorkers(): string {
  const subjects = [
    { worker: 'ours', count: 1000 },
    { worker: 'ours', count: 10_000 },
    { worker: 'ours', count: 100_000 },
    { worker: 'bare', count: 10_000 },
  ] as const;
  const figures = inRounds(IDLE_ROUNDS, subjects, ({ worker, count }) =>
    inChild<IdleFigures>(['--expose-gc', self, 'idle', worker, String(count)]),
  );
  return showTable({
    title: 'Idle workers on one machine',
    heads: ['workers', 'start, µs', 'heap, kB', 'after a run'],
    rows: [...figures].map(([{ worker, count }, taken]) => {
      const middle = (figure: keyof IdleFigures): number => median(taken.map((one) => one[figure]));
      const heap = middle('heapAfterRun');
      const target = count === 100_000 ? [verdict(heap / 1000, 5.6, ' kB')] : [];
      return [
        labels[worker],
        count.toLocaleString('en'),
        middle('start').toFixed(0),
        kB(middle('heap')),
        kB(heap),
        ...target,
      ];
    }),
  });
}

function reportImports(): string {
  const subjects = [
    ['main entry, with the xstate it imports', coreEntry.href],
    ['xstate alone', import.meta.resolve('xstate')],
    ['an empty module', 'data:text/javascript,'],
  ] as const;
  const figures = inRounds(IMPORT_ROUNDS, subjects, ([, url]) => measureImport(url));
  return showTable({
    title: 'Import in a fresh process',
    heads: ['ms'],
    rows: [...figures].map(([[label], taken]) => [label, median(taken).toFixed(1)]),
  });
}

async function reportSizes(): Promise<string> {
  const from = `from ${JSON.stringify(fileURLToPath(coreEntry))}`;
  const fromCore = `from ${JSON.stringify(fileURLToPath(new URL('core.js', coreEntry)))}`;
  const core = await measureSize(`export * ${fromCore}`, false);
  const alone = await measureSize(`export * ${from}`, false);
  const chart = await measureSize(`export { createSyncWorkerMachine } ${fromCore}`, false);
  const whole = await measureSize(`export * ${from}`, true);
  const cells = (size: Size): [string, string] => [kB(size.minified), kB(size.gzip)];
  return showTable({
    title: 'Size of what is imported',
    heads: ['minified, kB', 'gzip, kB'],
    rows: [
      ['core entry: chart and policy, without xstate', ...cells(core), verdict(core.gzip / 1000, 8, ' kB')],
      ['main entry: the worker too, without xstate', ...cells(alone)],
      ['createSyncWorkerMachine alone', ...cells(chart)],
      ['main entry, with xstate', ...cells(whole)],
    ],
  });
}

function reportInfonet(): string {
  const { verifying, keeping } = inChild<InfonetFigures>([self, 'infonet']);
  const caught = inChild<CatchUpFigures>([self, 'infonet-catch-up', '100000', '1000000']);
  const { bare, verified, pulled } = verifying;
  const row = (label: string, rate: number, ...more: string[]): [string, ...string[]] => [
    label,
    rate.toFixed(0),
    (rate / bare).toFixed(2),
    ...more,
  ];
  return [
    showTable({
      title: 'Events a second of processor time',
      heads: ['events', '× bare'],
      rows: [
        row('crypto.verify alone', bare),
        row('every rule of an event', verified, verdictAtLeast(verified / bare, 0.8, ' ×')),
        row('from the bytes of a page to a chain in memory', pulled),
        row('from a peer over loopback to a chain on disk', caught.events / caught.processorSeconds),
      ],
    }),
    showTable({
      title: `\nA chain on disk, ${keeping.events} events`,
      heads: ['s'],
      rows: [
        ['append, a page at a time', keeping.append.toFixed(2)],
        ['reopen', keeping.reopen.toFixed(2)],
        [
          `pull all of it, verified, from a peer over loopback, in ${caught.runs} runs`,
          caught.seconds.toFixed(2),
          verdict(caught.seconds, 30, ' s'),
        ],
      ],
    }),
  ].join('\n');
}

function reportScrape(): string {
  const { scrape, bytes, loopP99 } = inChild<ScrapeFigures>([self, 'scrape', '10000']);
  return showTable({
    title: 'A scrape of 10,000 workers',
    heads: [''],
    rows: [
      ['time, median of ten, ms', scrape.toFixed(0), verdict(scrape, 200, ' ms')],
      ['size, kB', kB(bytes), verdict(bytes / 1000, 1000, ' kB')],
      ['event loop late by, p99, ms', loopP99.toFixed(1), verdict(loopP99, 50, ' ms')],
    ],
  });
}

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(2);
}
