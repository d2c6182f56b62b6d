import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { retryAfterUntil } from '../../src/index.ts';
import { buildProgram } from '../disk/build-program.ts';
import { expectNothingLost, type OnRecord, readRecord } from './on-record.ts';
import { type Answer, startTorturePeer, type TorturePeer } from './torture-peer.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** `TORTURE_KILLS=500 npx vitest run --project all test/torture`; `TORTURE_SEED` for the same instants again. */
const KILLS = Number(process.env['TORTURE_KILLS'] ?? 30);
const SEED = Number(process.env['TORTURE_SEED'] ?? Date.now() % 2 ** 31);
/** Lives that are lived at the same time, each in a folder of its own. */
const LANES = 3;
/** Ten seconds of their clock pass in one of ours. */
const SPEED = 10;
/** Seconds that each of the peers asks for: longer than a process takes to be back, and than a run is waited out. */
const SILENCES = [9, 14, 23];
const policy = {
  intervalSeconds: 2,
  failureBackoffSeconds: 1,
  failureBackoffCapSeconds: 4,
  stuckAfterSeconds: 6,
};

const program = await buildProgram('test/torture/worker-program.ts');

const answers: fc.Arbitrary<Answer> = fc.constantFrom(
  ...(['good', 'good', 'rate limit', 'rate limit', 'failure', 'fork', 'silence'] as const),
);
/** A kill falls around a question, where most happens, or anywhere at all. The instant is the subject here. */
const instants = fc.oneof(
  fc.record({ questions: fc.integer({ min: 1, max: 3 }), ms: fc.nat(40) }),
  fc.record({ questions: fc.constant(0), ms: fc.nat(500) }),
);

/**
 * An answer that the worker was killed over before it could be saved is lost with it, and nothing else is: the run is
 * then still on record as running, and the peer is the one asked last. It is waited out as a run that a crash left.
 */
function forgiveLostAnswer(
  peers: readonly TorturePeer[],
  { state, peers: records }: OnRecord,
  began: number,
): void {
  const ours = (seconds: number): number => began / 1000 + (seconds - began / 1000) / SPEED;
  const lastAsked = (peer: TorturePeer): number => peer.contacts.at(-1)?.at ?? 0;
  const newest = Math.max(...peers.map(lastAsked));
  for (const peer of peers) {
    const record = records.find(({ peerUrl }) => peerUrl === peer.url);
    const onRecord = record === undefined ? 0 : ours(retryAfterUntil(record));
    if (onRecord >= peer.silentUntil) continue;
    const late = `${peer.url} asked for peace until ${peer.silentUntil}, on record is ${onRecord}`;
    expect(lastAsked(peer), late).toBe(newest);
    if (state?.lastOutcome !== 'running') expect.fail(`${late}, and no run is`);
    peer.silentUntil = ours(state.lastSyncStartedAt + policy.stuckAfterSeconds);
  }
}

/** What a life is to tell of nothing but its own runs: no save failed, and nothing on disk was unusable. */
function expectNoTrouble({ all }: WorkerProcess): void {
  const troubles = all.filter((event) => ['storage.failed', 'fault', 'event.refused'].includes(event.type));
  const notices = all.flatMap((event) => (event.type === 'storage.notice' ? [event.message] : []));
  expect(troubles).toEqual([]);
  expect(notices.filter((message) => !message.endsWith('which has ended; taken over'))).toEqual([]);
}

/** One lane: lives that end by SIGKILL, and a last one that is left alone. */
async function live(seed: number, kills: number): Promise<{ contacts: number; limits: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const began = Date.now();
  const peers = await Promise.all(SILENCES.map((seconds) => startTorturePeer(seconds, SPEED)));
  const draw = <Value>(arbitrary: fc.Arbitrary<Value>, turn: number): Value =>
    fc.sample(arbitrary, { seed: seed + turn, numRuns: 1 })[0] as Value;
  let turn = 0;
  let limits = 0;
  for (const peer of peers) {
    peer.answerWith(() => {
      turn += 1;
      const answer = draw(answers, turn * 1000);
      if (answer === 'rate limit') limits += 1;
      return answer;
    });
  }
  const start = (): WorkerProcess =>
    startWorkerProcess(
      program,
      folder,
      peers.map(({ url }) => url),
      { policy, speed: SPEED, began },
    );

  let before: OnRecord = { state: undefined, peers: [] };
  for (let kill = 0; kill < kills; kill += 1) {
    const life = start();
    const { questions, ms } = draw(instants, kill);
    for (let question = 0; question < questions; question += 1) {
      await Promise.race(peers.map((peer) => peer.contacted()));
    }
    await setTimeout(ms);
    await life.kill();
    expectNoTrouble(life);
    const now = await readRecord(folder);
    expectNothingLost(before, now);
    forgiveLostAnswer(peers, now, began);
    before = now;
  }

  for (const peer of peers) peer.answerWith(() => 'good');
  const life = start();
  await life.told((event) => event.type === 'run.finished' && event.state.lastOutcome === 'ok');
  expect(await life.stop()).toBe(0);
  expectNoTrouble(life);
  const end = await readRecord(folder);
  expectNothingLost(before, end);
  expect(end.state).toMatchObject({ lastOutcome: 'ok', consecutiveFailures: 0 });
  expect((await readdir(folder)).toSorted()).toEqual(['peers.json', 'sync-state.json']);
  const early = peers.flatMap((peer) => peer.early);
  expect(early, 'seconds by which a peer was asked too early').toEqual([]);
  return { contacts: peers.reduce((all, { contacts }) => all + contacts.length, 0), limits };
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
