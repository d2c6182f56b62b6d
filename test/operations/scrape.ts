import type { WorkerMetrics } from '../../src/operations/index.ts';

/** All samples of a registry, as a scraper reads them. */
export async function scrape({ registry }: WorkerMetrics): Promise<ReadonlyMap<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
}
