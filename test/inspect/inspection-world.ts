import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { SyncWorkerOptions } from '../../src/index.ts';
import { type ClassicInspectorOptions, classicInspector } from '../../src/inspect/classic/index.ts';
import { type Inspection, type InspectOptions, inspectWorker } from '../../src/inspect/index.ts';
import { type StatelyInspectorOptions, statelyInspector } from '../../src/inspect/stately/index.ts';
import { type Embedded, embed } from '../support/embedded-worker.ts';
import { type FeedClient, openFeed } from './feed-client.ts';

export const PEER = 'https://peer.example';

/** An inspection with the viewers that are asked for. */
export interface InspectedOptions extends InspectOptions {
  readonly stately?: StatelyInspectorOptions | undefined;
  readonly classic?: ClassicInspectorOptions | undefined;
}

/** What to open for each of them; '' for one that is not asked for. */
export interface Inspected extends Inspection {
  readonly statelyUrl: string;
  readonly classicUrl: string;
}

/** Workers, inspections and viewers that end with the test that opened them. */
export interface InspectionWorld {
  embedded(options?: Partial<Omit<SyncWorkerOptions, 'clock'>>): Embedded;
  inspected(workers: Parameters<typeof inspectWorker>[0], options?: InspectedOptions): Promise<Inspected>;
  watched(inspection: Inspection, name?: string): Promise<FeedClient>;
  /** Returns the process warnings so far; a warning that the test does not take fails it. */
  takeWarnings(): Error[];
  /** Has this called after the test. */
  after(close: () => unknown): void;
}

export function useInspections(): InspectionWorld {
  const open: (() => unknown)[] = [];
  const warnings: Error[] = [];
  const note = (warning: Error): unknown => warnings.push(warning);
  beforeAll(() => {
    process.on('warning', note);
  });
  afterAll(() => {
    process.off('warning', note);
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
    await setImmediate();
    expect(warnings.splice(0)).toEqual([]);
  });
  return {
    embedded: (options) => {
      const made = embed({ peers: [PEER], sync: async () => ({ head: 'h1' }), ...options });
      open.push(async () => {
        // A sync function that does not heed its signal is given its time.
        const stopped = made.worker.stop();
        await made.pass(6_000);
        await stopped;
      });
      return made;
    },
    inspected: async (workers, { stately, classic, ...options } = {}) => {
      const parts = [
        ...(stately === undefined ? [] : [statelyInspector(stately)]),
        ...(classic === undefined ? [] : [classicInspector(classic)]),
      ];
      const inspection = await inspectWorker(workers, { ...options, parts });
      open.push(inspection.close);
      const [statelyUrl = '', classicUrl = ''] =
        stately === undefined ? ['', ...inspection.partUrls] : inspection.partUrls;
      return { ...inspection, statelyUrl, classicUrl };
    },
    watched: async ({ url }, name = 'worker') => {
      const feed = await openFeed(`${url}feed?worker=${encodeURIComponent(name)}`);
      open.push(feed.close);
      return feed;
    },
    takeWarnings: () => warnings.splice(0),
    after: (close) => open.push(close),
  };
}
