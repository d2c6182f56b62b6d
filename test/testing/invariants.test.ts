import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPeerRecord, PeerSyncRateLimited, type SyncFunction, throwIfRefused } from '../../src/index.ts';
import { applyChanges, readRecording } from '../../src/inspect/index.ts';
import { checkProperty, fc, happenings, peerScripts } from '../../src/testing/fast-check/index.ts';
import {
  createWorld,
  type Happening,
  type SaveFault,
  scriptedPeers,
  type World,
  WorldError,
} from '../../src/testing/index.ts';

const honest =
  (fetch: typeof globalThis.fetch): SyncFunction =>
  async ({ peerUrl }, { signal, now }) => {
    const response = await fetch(peerUrl, { signal });
    throwIfRefused(response, { now: now() });
    return (await response.json()) as { head: string };
  };

/** Keeps from the worker what the peer asked for. */
const deaf =
  (fetch: typeof globalThis.fetch): SyncFunction =>
  async ({ peerUrl }, { signal }) => {
    const response = await fetch(peerUrl, { signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()) as { head: string };
  };

/** Hears no signal. */
const stubborn =
  (fetch: typeof globalThis.fetch): SyncFunction =>
  async ({ peerUrl }) =>
    (await (await fetch(peerUrl)).json()) as { head: string };

const limited = {
  'http://a.example': [
    { kind: 'refuses', status: 429, retryAfter: { seconds: 600 } },
    { kind: 'answers', head: 'h1' },
  ],
} as const;

beforeEach(async () => {
  vi.stubEnv('SYNC_WORKER_RECORDINGS', await mkdtemp(join(tmpdir(), 'recordings-')));
});

afterEach(() => {
  vi.unstubAllEnvs();
});

async function thrown(act: () => unknown): Promise<WorldError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof WorldError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('a sync function that tells the wait is polite, and one that keeps it to itself is found out', async () => {
  const good = scriptedPeers(limited);
  await using polite = await createWorld({ peers: good.urls, sync: honest(good.fetch) });
  await polite.pass(700_000);
  polite.expect();
  expect(good.asks.map(({ answer }) => answer.kind)).toEqual(['refuses', 'answers']);

  const bad = scriptedPeers(limited);
  await using rude = await createWorld({ peers: bad.urls, sync: deaf(bad.fetch) });
  await rude.pass(700_000);
  const error = await thrown(() => rude.expectPolite());
  expect(error.invariant).toBe('polite');
  expect(error.message).toMatch(
    /^polite: http:\/\/a\.example is asked 540\.25 s too early, at \+59\.750 s\n/,
  );
  expect(error.message).toContain('+0.000 s  asking http://a.example');
  expect(error.message).toMatch(/npx sync-worker replay \S+polite\.ndjson$/);
});

test('the recording of a broken world is one that replay reads, and ends where the worker is', async () => {
  const peers = scriptedPeers(limited);
  await using world = await createWorld({ peers: peers.urls, sync: deaf(peers.fetch) });
  for (const step of [
    { kind: 'pass', ms: 70_000 },
    { kind: 'jump', seconds: -100 },
    { kind: 'crash', downMs: 5000 },
    { kind: 'stop', downMs: 0 },
    { kind: 'set peers', peers: [] },
  ] as const) {
    await world.happen(step);
  }
  const { recording: file } = await thrown(() => world.expectPolite());
  const recording = readRecording(await readFile(file, 'utf8'));
  const context = recording.lines.reduce(
    (all, { changes }) => applyChanges(all, changes),
    recording.start.context,
  );
  expect(context).toEqual(world.worker.snapshot?.context);
  expect(recording.lines.map(({ event }) => event?.type)).toEqual(
    expect.arrayContaining(['world.pass', 'world.jump', 'world.crash', 'world.stop', 'world.set-peers']),
  );
  expect(recording.lines.flatMap(({ transitions }) => transitions)).toContain('idle:always:5');
});

test('a worker that cannot sync though all is well is not lively', async () => {
  const peers = scriptedPeers({ 'http://a.example': [{ kind: 'resets' }] });
  await using world = await createWorld({
    peers: peers.urls,
    sync: () => {
      throw new Error('never');
    },
  });
  const error = await thrown(() => world.expectLively());
  expect(error.invariant).toBe('lively');
});

test('a failure of a property names its seed, its counterexample, the trace and both commands', async () => {
  const property = fc.asyncProperty(peerScripts(), happenings(), async (script, steps) => {
    const peers = scriptedPeers(script);
    await using world = await createWorld({ peers: peers.urls, sync: deaf(peers.fetch) });
    for (const step of steps) await world.happen(step, 40);
    world.expectPolite();
  });
  vi.stubEnv('PROPERTY_RUNS', '300');
  vi.stubEnv('PROPERTY_SEED', '42');
  const error = await checkProperty(property, { command: 'npm run it' }).then(
    () => expect.fail('the property holds'),
    (caught: Error) => caught,
  );
  expect(error.message).toMatch(/seed: 42, path: "/);
  expect(error.message).toContain('Counterexample: [{"http://a.example":[{"kind":"refuses"');
  expect(error.message).toContain('too early');
  expect(error.message).toMatch(/sync-worker replay/);
  expect(error.message).toMatch(/PROPERTY_SEED=42 npm run it$/);
});

describe('a world', () => {
  const begin = (sync: SyncFunction, urls: readonly string[], options = {}): Promise<World> =>
    createWorld({ ...options, peers: urls, sync });

  test('forgets in a crash what was not saved, and nothing else', async () => {
    const peers = scriptedPeers({ 'http://a.example': [{ kind: 'answers', head: 'h1' }] });
    await using world = await begin(honest(peers.fetch), peers.urls, {
      storage: { saves: ['works', 'works', 'throws', 'throws', 'throws'] },
    });
    const before = world.worker.state;
    expect(before.currentHead).toBe('h1');
    await world.restart(1000);
    expect(world.worker.state).toEqual(before);
    world.expect();
  });

  test('lets a slow body come piece by piece, and a hung attempt be stuck', async () => {
    const peers = scriptedPeers({
      'http://a.example': [{ kind: 'slow body', pieces: 4, everyMs: 10_000 }, { kind: 'hangs' }],
    });
    await using world = await begin(honest(peers.fetch), peers.urls);
    await world.pass(39_000);
    expect(world.worker.state.lastOutcome).toBe('running');
    await world.pass(2000);
    expect(world.worker.state.lastOutcome).toBe('ok');
    await world.pass(700_000);
    expect(world.trace().join('\n')).toContain('did not answer within the stuck limit');
    world.expect();
  });

  test('stops a sync function that hears no signal after its grace, and finds what it left', async () => {
    const peers = scriptedPeers({ 'http://a.example': [{ kind: 'hangs' }] });
    await using world = await begin(stubborn(peers.fetch), peers.urls);
    await world.stop();
    expect(world.worker.isStarted).toBe(false);
    expect(world.clock.monotonic()).toBe(5000);
    world.expect();
  });

  test('waits for real work, and does not count it as time', async () => {
    const sync: SyncFunction = async () => {
      const bytes = await crypto.subtle.digest('SHA-256', new Uint8Array(2_000_000));
      return { head: `${bytes.byteLength}` };
    };
    await using world = await begin(sync, ['http://a.example']);
    expect(world.worker.state.currentHead).toBe('32');
    expect(world.clock.monotonic()).toBe(0);
  });

  test('refuses what it does not know, naming it', async () => {
    const sync: SyncFunction = () => {
      throw new PeerSyncRateLimited();
    };
    await expect(createWorld({ peers: [], sync, random: 2 })).rejects.toThrow('random is 2');
    await expect(createWorld({ peers: [], sync, polcy: {} } as never)).rejects.toThrow(
      'Unknown option polcy',
    );
    expect(() => scriptedPeers({})).toThrow('has no peer');
  });
});

test('a peer that is removed during its attempt comes back as it was, and is not marked though it was not asked', async () => {
  const peers = scriptedPeers({ 'http://a.example': [{ kind: 'broken body' }] });
  await using world = await createWorld({
    peers: peers.urls,
    policy: { failureBackoffSeconds: 86_400, jitterRatio: 0, maxPeersPerRun: 1 },
    // The save before the second attempt hangs, so that its peer is not asked until the worker stops.
    storage: { saves: ['throws', 'hangs'] },
    sync: honest(peers.fetch),
  });
  await world.happen({ kind: 'pass', ms: 1000 });
  await world.happen({ kind: 'request', force: true });
  const a = createPeerRecord({ peerUrl: 'http://a.example' });
  const d = createPeerRecord({ peerUrl: 'http://d.onion' });
  await world.happen({ kind: 'set peers', peers: [a, d] });
  await world.happen({ kind: 'set peers', peers: [] });
  await world.happen({ kind: 'stop', downMs: 0 });
  world.expect();
});

describe('a peer whose wait is over, and then the clock is set back', () => {
  const happenedOver = async (
    saves: readonly SaveFault[],
    happenings: readonly Happening[],
  ): Promise<void> => {
    const peers = scriptedPeers({
      'http://a.example': [
        { kind: 'refuses', status: 429, retryAfter: { seconds: 1 } },
        { kind: 'garbage', body: 'null' },
      ],
      'http://b.example': [{ kind: 'broken body' }],
    });
    await using world = await createWorld({
      peers: peers.urls,
      policy: { intervalSeconds: 0, failureBackoffSeconds: 0, maxPeersPerRun: 1 },
      storage: { saves },
      sync: honest(peers.fetch),
    });
    for (const happening of happenings) await world.happen(happening);
    await world.expectLively();
    world.expect();
  };

  test('may be asked by an attempt that began before, and whose request a slow save held back', () =>
    happenedOver(
      ['works', 'throws', { slowMs: 1 }, { slowMs: 31_000 }],
      [
        { kind: 'pass', ms: 1096 },
        { kind: 'pass', ms: 905 },
        { kind: 'jump', seconds: -100_000_000 },
      ],
    ));

  test('may be asked when it is removed before and added again after', () =>
    happenedOver(
      [],
      [
        { kind: 'pass', ms: 845 },
        { kind: 'pass', ms: 905 },
        { kind: 'set peers', peers: [] },
        { kind: 'jump', seconds: -100_000_000 },
        { kind: 'set peers', peers: ['http://a.example'] },
        { kind: 'pass', ms: 0 },
      ],
    ));

  test('may be missing from the next save when it was removed before', () =>
    happenedOver(
      [{ slowMs: 1 }, { slowMs: 31_000 }],
      [
        { kind: 'pass', ms: 845 },
        { kind: 'pass', ms: 905 },
        { kind: 'set peers', peers: [] },
        { kind: 'jump', seconds: -100_000_000 },
        { kind: 'pass', ms: 0 },
      ],
    ));
});
