import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../../policy/thrown.ts';
import { type AssertionResult, judge } from '../../simulate/assertion/assertion.ts';
import { reportTable } from '../../simulate/report/report-table.ts';
import type { SimulationReport } from '../../simulate/report/simulation-report.ts';
import { simulate } from '../../simulate/simulate.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { withProgress } from '../live-view/progress.ts';
import { watchForEnd } from '../run/wait-for-end.ts';
import type { SimulationRequest } from './read-request.ts';

export interface SimulationOutput {
  readonly json: boolean;
  /** The file for the HTML page. */
  readonly html: string | undefined;
}

/** Simulates, prints the report, and checks the assertions. @throws CommandFailed */
export async function runSimulation(
  host: Host,
  request: SimulationRequest,
  { json, html }: SimulationOutput,
): Promise<void> {
  const report = await simulateWatched(host, request);
  const results = request.assertions.map((assertion) => judge(assertion, report));
  if (html !== undefined) await writePage(resolve(host.cwd(), html), report, results);
  if (json) {
    host.stdout.write(`${JSON.stringify({ ...report, assertions: results })}\n`);
  } else {
    host.stdout.write(reportTable(report));
    for (const { text, holds, found } of results) {
      host.stdout.write(`${holds ? 'holds' : 'FAILS'}  ${text}  (${found})\n`);
    }
  }
  const failed = results.filter(({ holds }) => !holds);
  if (failed.length === 0) return;
  const lines = failed.map(({ text, found }) => `${text} does not hold: ${found}`);
  throw new CommandFailed(FAILED, lines.join('; '));
}

/** Simulates with a progress bar, if standard error is a terminal. */
async function simulateWatched(host: Host, request: SimulationRequest): Promise<SimulationReport> {
  const { scenario, seed, contenders } = request;
  const ending = new AbortController();
  const watch = watchForEnd(host);
  void watch.end.then((end) => {
    ending.abort(end.kind === 'fault' ? end.error : new CommandFailed(FAILED, 'ended before it was through'));
  });
  try {
    return await withProgress(host, 'running', (show) =>
      simulate({
        scenario: { ...scenario },
        seed,
        contenders,
        signal: ending.signal,
        onProgress: ({ title, done }) => show(done, title),
      }),
    );
  } finally {
    watch.stop();
  }
}

async function writePage(
  path: string,
  report: SimulationReport,
  results: readonly AssertionResult[],
): Promise<void> {
  // Load the plotting library only if a page is wanted.
  const { reportHtml } = await import('../../simulate/report/report-html.ts');
  try {
    await writeFile(path, reportHtml(report, results));
  } catch (cause) {
    throw new CommandFailed(FAILED, `the report could not be written: ${messageOf(cause)}`, { cause });
  }
}
