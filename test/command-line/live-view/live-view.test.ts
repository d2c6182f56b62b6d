import { afterEach, describe, expect, test } from 'vitest';
import { canShowLiveView, startLiveView } from '../../../src/command-line/live-view/live-view.ts';
import { createPullMeter, type PullMeter } from '../../../src/command-line/log/pull-meter.ts';
import { PeerSyncRateLimited, type SyncWorkerOptions } from '../../../src/index.ts';
import { BEGIN, type Embedded, embed } from '../../support/embedded-worker.ts';
import { type FakeTerminal, openFakeTerminal } from './fake-terminal.ts';

const A = 'http://a.example';
const B = 'http://b.example';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Viewed extends Embedded, FakeTerminal {
  readonly view: ReturnType<typeof startLiveView>;
  readonly meter: PullMeter;
  /** The ticker rings. */
  tick(): void;
  readonly isTicking: () => boolean;
  shown(): string;
}

function view(options: Omit<SyncWorkerOptions, 'clock'>, env: NodeJS.ProcessEnv = {}): Viewed {
  const embedded = embed(options);
  const fake = openFakeTerminal(100, 30);
  const meter = createPullMeter(() => embedded.clock.now() / 1000);
  meter.follow(embedded.worker);
  let draw: (() => void) | undefined;
  const started = startLiveView({
    worker: embedded.worker,
    chain: { head: () => '1a2b3c4d5e6f', count: () => 260 },
    stream: fake.stream,
    env,
    now: () => embedded.clock.now() / 1000,
    ticker: (callback) => {
      draw = callback;
      return () => {
        draw = undefined;
      };
    },
    progress: meter,
  });
  open.push(
    () => started.stop(),
    () => embedded.stop(),
  );
  return {
    ...embedded,
    ...fake,
    view: started,
    meter,
    tick: () => draw?.(),
    isTicking: () => draw !== undefined,
    shown: () => fake.terminal.lines().join('\n'),
  };
}

test('a worker is seen as it waits, counting down to a Retry-After, with its peers and its last runs', async () => {
  const seen = view({
    peers: [{ peerUrl: A, label: 'the first' }, B],
    sync: async ({ peerUrl }) => {
      if (peerUrl === A) throw new PeerSyncRateLimited({ retryAfterSeconds: 90, retryAfterHeader: '90' });
      throw new Error('no way');
    },
  });
  expect(seen.shown()).toContain('● idle · next run now');
  await seen.worker.start();
  await seen.pass(0);
  expect(seen.shown()).toContain('● error · next run in 60 s · set by the backoff · one failure');
  await seen.pass(30_000);
  seen.tick();
  expect(seen.shown()).toContain('● error · next run in 30 s');
  expect(seen.shown()).toContain('█'.repeat(30) + '░'.repeat(30));
  expect(seen.shown()).toMatch(
    /R the first http:\/\/a\.example +Retry-After, 60 s left · one failure · HTTP 429/,
  );
  expect(seen.shown()).toMatch(/C http:\/\/b\.example +cooldown, 30 s left · one failure · no way/);
  expect(seen.shown()).toContain('Runs ✗e  newest last: ✗e error');
  expect(seen.shown()).toContain('Chain 260 events · head 1a2b3c4… · never synced');
  expect(seen.shown().replaceAll('\n', ' ')).toContain(`("90") for 60 s`);
});

test('a run under way shows whom it asks, and what the pull has brought of all it may bring', async () => {
  const seen = view({ peers: [A], sync: () => new Promise(() => undefined) });
  await seen.worker.start();
  await seen.pass(4000);
  seen.tick();
  expect(seen.shown()).toContain(`● running · asking ${A} · stuck in 4 min 56 s`);
  expect(seen.shown()).toMatch(/> http:\/\/a\.example +being asked/);
  seen.meter.page({ peerUrl: A, accepted: 200, pages: 2, maxPages: 5, eventsAtMost: 500 });
  seen.tick();
  expect(seen.shown()).toContain(
    '200 of at most 500 events · 50 a second · page 2 of at most 5 · at most 6 s left',
  );
  expect(seen.shown()).toContain('█'.repeat(24) + '░'.repeat(36));
  await seen.pass(300_000);
  seen.tick();
  expect(seen.shown()).toContain('Runs !t');
  expect(seen.shown()).not.toContain('of at most 500');
});

test('the view stays on the screen when it is stopped, and changes no more', async () => {
  const seen = view({ peers: [A], sync: async () => ({ head: 'h' }) });
  await seen.worker.start();
  await seen.pass(0);
  seen.view.print('a line that stays');
  seen.view.stop();
  expect([seen.isTicking(), seen.terminal.isCursorShown]).toEqual([false, true]);
  const last = seen.shown();
  expect(last).toMatch(/^a line that stays\n● ok · /);
  await seen.pass(400_000);
  seen.view.stop();
  expect(seen.shown()).toBe(last);
  seen.view.print('after it');
  expect(seen.shown()).toBe(`${last}after it\n`);
});

test('what somebody should look after is shown for ten minutes', async () => {
  let saves = 0;
  const seen = view({
    peers: [A],
    sync: async () => ({ head: 'h' }),
    storage: {
      load: async () => ({}),
      save: async () => {
        saves += 1;
        if (saves === 1) throw new Error('disk full at http://u:S3CRET@h/');
      },
    },
  });
  await seen.worker.start();
  await seen.pass(5000);
  seen.tick();
  expect(seen.shown()).toContain(
    '! 5 s ago: not saved: disk full at http://***@h/; the next save retries it',
  );
  await seen.pass(595_000);
  seen.tick();
  expect(seen.shown()).not.toContain('not saved');
});

test('a label can neither move the cursor nor hide the address', async () => {
  const label = `\u001b[2J\u001b[99A\r\n\u202e${'東'.repeat(200)}`;
  const seen = view({ peers: [{ peerUrl: A, label }], sync: async () => ({ head: 'h' }) });
  await seen.worker.start();
  await seen.pass(0);
  expect(seen.terminal.unknown).toEqual([]);
  expect(seen.shown()).toMatch(/^● ok/);
  expect(seen.shown()).toMatch(/東… http:\/\/a\.ex/);
});

describe('colours', () => {
  const written = (env: NodeJS.ProcessEnv, hasColors: () => boolean = () => true): string => {
    const fake = openFakeTerminal(80, 24);
    let text = '';
    const stream = Object.assign(fake.stream, {
      hasColors,
      write: (chunk: string) => {
        text += chunk;
      },
    });
    const { worker } = embed({ peers: [A], sync: async () => ({ head: 'h' }) });
    startLiveView({ worker, stream, env, now: () => BEGIN, ticker: () => () => undefined }).stop();
    return text;
  };

  test('are used where the terminal has them', () => {
    expect(written({})).toContain('\u001b[90m● idle');
    expect(written({ NO_COLOR: '' })).toContain('\u001b[90m● idle');
  });

  test.each([
    ['NO_COLOR says so', { NO_COLOR: '1' }, true],
    ['NO_COLOR says so, whatever FORCE_COLOR says', { NO_COLOR: '1', FORCE_COLOR: '3' }, true],
    ['the terminal has none', {}, false],
    ['the terminal is dumb', { TERM: 'dumb' }, true],
  ])('are not used where %s', (_, env, hasColors) => {
    expect(written(env, () => hasColors)).toContain('● idle');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are told with one
    expect(written(env, () => hasColors)).not.toMatch(/\u001b\[\d+m/);
  });
});

test.each([
  [true, { isTTY: true }, { TERM: 'xterm' }],
  [true, { isTTY: true }, {}],
  [true, { isTTY: true }, { CI: 'false' }],
  [false, { isTTY: true }, { TERM: 'dumb' }],
  [false, { isTTY: true }, { TERM: 'xterm', CI: 'true' }],
  [false, { isTTY: false }, { TERM: 'xterm' }],
  [false, {}, {}],
])('a view can be shown (%s) on %j with %j', (can, stream, env) => {
  expect(canShowLiveView(stream, env)).toBe(can);
});
