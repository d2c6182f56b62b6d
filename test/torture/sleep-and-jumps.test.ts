import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { buildProgram } from '../support/build-program.ts';
import { startTorturePeer } from './torture-peer.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

const program = await buildProgram('test/torture/worker-program.ts');

async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const runEnded = (life: WorkerProcess): Promise<unknown> => life.told(({ type }) => type === 'run.finished');

/** Seconds between one contact and the next. */
function gaps(contacts: readonly { readonly at: number }[]): number[] {
  return contacts.slice(1).map(({ at }, index) => at - (contacts[index]?.at ?? at));
}

test('a process that was stopped for a while goes on with one run, and not with all it missed', async () => {
  const peer = await startTorturePeer(1);
  peer.answerWith(() => 'rate limit');
  const life = startWorkerProcess(program, await tempFolder(), peer.url, {
    policy: { intervalSeconds: 0, failureBackoffSeconds: 0 },
  });
  await peer.contacted();
  await runEnded(life);
  for (let sleep = 0; sleep < 2; sleep += 1) {
    life.signal('SIGSTOP');
    const contacts = peer.contacts.length;
    // It sleeps: this is what passes meanwhile.
    await setTimeout(1500);
    expect(peer.contacts.length).toBe(contacts);
    const ended = runEnded(life);
    life.signal('SIGCONT');
    await ended;
    await runEnded(life);
  }
  expect(await life.stop()).toBe(0);
  expect(peer.early).toEqual([]);
  for (const gap of gaps(peer.contacts)) expect(gap).toBeGreaterThanOrEqual(1);
});

// Ten minutes of this clock pass in a second, and a look, a minute, in a tenth of one.
const speed = 600;
/** A day, in seconds: no answer of a busy machine is late by this clock. */
const stuckAfterSeconds = 86_400;

test('a clock set on by an hour starts the run that is due by it at the next look', async () => {
  const peer = await startTorturePeer(1);
  const life = startWorkerProcess(program, await tempFolder(), peer.url, {
    speed,
    policy: { intervalSeconds: 36_000, stuckAfterSeconds },
  });
  const jumped = life.told(({ type }) => type === 'clock.jumped');
  await runEnded(life);
  expect(peer.contacts).toHaveLength(1);
  life.setAhead(36_000);
  await peer.contacted();
  expect(await jumped).toMatchObject({ type: 'clock.jumped' });
  const [first, second] = peer.contacts.map(({ callerNow }) => callerNow);
  const late = (second ?? 0) - (first ?? 0) - 36_000;
  expect(late).toBeGreaterThanOrEqual(-1);
  expect(await life.stop()).toBe(0);
});

test('a clock set back by ten minutes makes nobody be asked early by it', async () => {
  const peer = await startTorturePeer(600);
  peer.answerWith(() => 'rate limit');
  const life = startWorkerProcess(program, await tempFolder(), peer.url, {
    speed,
    policy: { failureBackoffSeconds: 0, stuckAfterSeconds },
  });
  await runEnded(life);
  life.setAhead(-600);
  while (peer.contacts.length < 2) await peer.contacted();
  const [first, second] = peer.contacts.map(({ callerNow }) => callerNow);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(600);
  expect(await life.stop()).toBe(0);
});
