import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { fromWire, peerFromWire, retryAfterUntil } from '../../src/core.ts';
import type { PeerRecord, SyncWorkerState } from '../../src/index.ts';
import { buildProgram } from '../support/build-program.ts';
import { type Answer, startTorturePeer } from './torture-peer.ts';
import { startWorkerProcess } from './worker-process.ts';

/** `TORTURE_KILLS=500 npx vitest run --project real test/torture`; `TORTURE_SEED` for the same instants again. */
const KILLS = Number(process.env['TORTURE_KILLS'] ?? 30);
const SEED = Number(process.env['TORTURE_SEED'] ?? Date.now() % 2 ** 31);
/** Lives that are lived at the same time, each in a folder of its own. */
const LANES = 6;

// A run that a kill cut short is waited out, which is longer than the peer ever asks for.
const policy = {
  intervalSeconds: 0,
  failureBackoffSeconds: 1,
  failureBackoffCapSeconds: 1,
  stuckAfterSeconds: 3,
};
const RETRY_AFTER = 1;
/** Milliseconds after a contact within which a kill falls: about what a run takes, with its saves. */
const MAX_MS = 40;

const program = await buildProgram('test/torture/worker-program.ts');

interface Remembered {
  readonly state: SyncWorkerState;
  readonly peer: PeerRecord | undefined;
}

/** What stands in the files; undefined for one that was never written. Throws for one that does not parse. */
async function remembered(folder: string): Promise<Remembered | undefined> {
  const state = await read(join(folder, 'sync-state.json'));
  const peers = await read(join(folder, 'peers.json'));
  if (state === undefined) return undefined;
  const records = (peers as { records: unknown[] } | undefined)?.records ?? [];
  return { state: fromWire(state), peer: records.map(peerFromWire)[0] };
}

async function read(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : JSON.parse(text);
}

function expectNothingLost(before: Remembered | undefined, after: Remembered | undefined): void {
  if (before === undefined) return;
  if (after === undefined) throw new Error('the files are gone');
  for (const time of ['lastSyncStartedAt', 'lastSyncFinishedAt', 'lastSyncOkAt'] as const) {
    expect(after.state[time]).toBeGreaterThanOrEqual(before.state[time]);
  }
  if (after.state.lastSyncOkAt === before.state.lastSyncOkAt) {
    expect(after.state.consecutiveFailures).toBeGreaterThanOrEqual(before.state.consecutiveFailures);
  }
  if (before.peer === undefined) return;
  expect(after.peer && retryAfterUntil(after.peer)).toBeGreaterThanOrEqual(retryAfterUntil(before.peer));
}

/** One lane: lives that end by SIGKILL, and a last one that is left alone. */
async function live(seed: number, kills: number): Promise<{ contacts: number; limits: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const peer = await startTorturePeer(RETRY_AFTER);
  const draw = <Value>(arbitrary: fc.Arbitrary<Value>, turn: number): Value =>
    fc.sample(arbitrary, { seed: seed + turn, numRuns: 1 })[0] as Value;
  let turn = 0;
  let limits = 0;
  const answers: fc.Arbitrary<Answer> = fc.constantFrom(
    'good',
    'good',
    'rate limit',
    'rate limit',
    'failure',
    'silence',
  );
  peer.answerWith(() => {
    turn += 1;
    const answer = draw(answers, turn * 1000);
    if (answer === 'rate limit') limits += 1;
    return answer;
  });

  let before: Remembered | undefined;
  for (let kill = 0; kill < kills; kill += 1) {
    const life = startWorkerProcess(program, folder, peer.url, { policy });
    // Around a contact, where most happens, or anywhere at all. The instant is the subject here.
    const { after, ms } = draw(fc.record({ after: fc.nat(2), ms: fc.nat(MAX_MS) }), kill);
    for (let contact = 0; contact < after; contact += 1) await peer.contacted();
    await setTimeout(ms);
    await life.kill();
    const now = await remembered(folder);
    expectNothingLost(before, now);
    before = now ?? before;
  }

  peer.answerWith(() => 'good');
  const life = startWorkerProcess(program, folder, peer.url, { policy });
  await life.told((event) => event.type === 'run.finished' && event.state.lastOutcome === 'ok');
  expect(await life.stop()).toBe(0);
  expect((await remembered(folder))?.state).toMatchObject({ lastOutcome: 'ok', consecutiveFailures: 0 });
  expect(peer.early, 'seconds by which it was asked too early').toEqual([]);
  return { contacts: peer.contacts.length, limits };
}

test(`a worker killed ${KILLS} times loses nothing, asks nobody too early, and syncs in the end`, async () => {
  console.log(`TORTURE_SEED=${SEED}`);
  const kills = Math.ceil(KILLS / LANES);
  const lanes = await Promise.all(Array.from({ length: LANES }, (_, lane) => live(SEED + lane * 1e6, kills)));
  const sum = (figure: 'contacts' | 'limits'): number => lanes.reduce((all, lane) => all + lane[figure], 0);
  // Otherwise nothing was proved.
  expect(sum('contacts')).toBeGreaterThan(KILLS / 2);
  expect(sum('limits')).toBeGreaterThan(0);
});
