import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { LiveViewModel } from '../../../src/command-line/live-view/live-view-model.ts';
import { renderLiveView } from '../../../src/command-line/live-view/render-live-view.ts';
import { fc } from '../../support/property.ts';
import { anyModel } from './any-model.ts';

const room = fc.record({
  columns: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 20, max: 200 })),
  rows: fc.integer({ min: 1, max: 60 }),
  colour: fc.boolean(),
});

describe('whatever there is to show, and however small the terminal', () => {
  test('no line is wider than the terminal, there are no more lines than rows, and the state comes first', () => {
    fc.assert(
      fc.property(anyModel, room, (model, { columns, rows, colour }) => {
        const lines = renderLiveView(model, { columns, rows, colour }).split('\n');
        expect(lines.length).toBeLessThanOrEqual(rows);
        if (columns >= 12) expect(stripVTControlCharacters(lines[0] ?? '')).toMatch(`● ${model.state}`);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test('colours are the only sequences there are, they are all ended, and there are none where none are wanted', () => {
    fc.assert(
      fc.property(anyModel, room, (model, options) => {
        const plain = renderLiveView(model, { ...options, colour: false });
        expect(plain).not.toMatch(/[^\P{C}\n]/u);
        const coloured = renderLiveView(model, { ...options, colour: true });
        expect(stripVTControlCharacters(coloured)).toBe(plain);
        for (const line of coloured.split('\n')) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are told with one
          const codes = [...line.matchAll(/\u001b\[(\d+)m/g)].map(([, code]) => Number(code));
          expect(codes.filter((code) => ![22, 39].includes(code))).toHaveLength(codes.length / 2);
        }
      }),
    );
  });
});

const waiting: LiveViewModel = {
  state: 'error',
  countdown: { secondsLeft: 52.3, done: 0.4, rule: 'the Retry-After of https://peer.example', asking: '' },
  why: 'The last run ended in error at 2027-01-15 08:00:00: HTTP 429, rate limited; one failure. The next run is due at 2027-01-15 08:01:00, in 53 s.',
  peers: [
    peer({
      name: 'https://peer.example',
      rule: 'retry-after',
      secondsLeft: 52.3,
      failures: 1,
      detail: 'HTTP 429, rate limited',
    }),
    peer({ name: '東京ノード http://127.0.0.1:8080', okSecondsAgo: 340 }),
    peer({ name: `http://${'a'.repeat(56)}.onion`, rule: 'cooldown', secondsLeft: 1700, failures: 6 }),
    peer({ name: 'http://10.0.0.1:9000', rule: 'disabled' }),
    peer({ name: 'http://far.example', rule: 'excluded', detail: 'clearnet is not allowed' }),
  ],
  failures: 1,
  okSecondsAgo: 340,
  runs: ['ok', 'ok', 'error', 'stuck', 'fork', 'solo', 'ok', 'error'],
  chain: { head: '1a2b3c4d5e6f', count: 260 },
  pull: undefined,
  notice: { text: 'not saved: no space left on device; the next save makes it good', secondsAgo: 12.4 },
};
const pulling: LiveViewModel = {
  ...waiting,
  state: 'running',
  countdown: { secondsLeft: 288, done: 0.04, rule: 'the stuck limit', asking: 'http://127.0.0.1:8080' },
  failures: 0,
  notice: undefined,
  pull: {
    peerUrl: 'http://127.0.0.1:8080',
    accepted: 1200,
    pages: 12,
    maxPages: 50,
    eventsAtMost: 5000,
    seconds: 2,
    eventsPerSecond: 611.4,
    secondsLeftAtMost: 6.2,
  },
};

function peer(given: Partial<LiveViewModel['peers'][number]>): LiveViewModel['peers'][number] {
  const usual = {
    name: '',
    rule: 'may be asked',
    secondsLeft: undefined,
    failures: 0,
    okSecondsAgo: undefined,
    detail: '',
  };
  return { ...(usual as LiveViewModel['peers'][number]), ...given };
}

const shown = (model: LiveViewModel, columns: number, rows = 40): string =>
  `\n${renderLiveView(model, { columns, rows, colour: false })}\n`;

test('a wait on a wide terminal', () => {
  expect(shown(waiting, 120)).toMatchInlineSnapshot(`
    "
    ● error · next run in 53 s · set by the Retry-After of https://peer.example · one failure
    ████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    ! 12 s ago: not saved: no space left on device; the next save makes it good
    Peers 1/5 may be asked
    R https://peer.example                                     Retry-After, 53 s left · one failure · HTTP 429, rate limited
    + 東京ノード http://127.0.0.1:8080                         may be asked · ok 5 min 40 s ago
    C http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… cooldown, 28 min 20 s left · 6 failures
    - http://10.0.0.1:9000                                     disabled
    x http://far.example                                       excluded · clearnet is not allowed
    Runs ✓o ✓o ✗e !t ⑂f ○s ✓o ✗e  newest last: ✓o ok, ✗e error, !t stuck, ⑂f fork, ○s solo
    Chain 260 events · head 1a2b3c4… · synced 5 min 40 s ago
    The last run ended in error at 2027-01-15 08:00:00: HTTP 429, rate limited; one failure. The next run is due at
    2027-01-15 08:01:00, in 53 s.
    "
  `);
});

test('a long pull on a terminal of 80 columns, with what it may bring at most', () => {
  expect(shown(pulling, 80)).toMatchInlineSnapshot(`
    "
    ● running · asking http://127.0.0.1:8080 · stuck in 4 min 48 s
    ██████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    1200 of at most 5000 events · 611 a second · page 12 of at most 50
    at most 7 s left
    Peers 1/5 may be asked
    R https://peer.example       Retry-After, 53 s left · one failure · HTTP 429, r…
    + 東京ノード http://127.0.0… may be asked · ok 5 min 40 s ago
    C http://aaaaaaaaaaaaaaaaaa… cooldown, 28 min 20 s left · 6 failures
    - http://10.0.0.1:9000       disabled
    x http://far.example         excluded · clearnet is not allowed
    Runs ✓o ✓o ✗e !t ⑂f ○s ✓o ✗e
    Chain 260 events · head 1a2b3c4… · synced 5 min 40 s ago
    The last run ended in error at 2027-01-15 08:00:00: HTTP 429, rate limited; one
    failure. The next run is due at 2027-01-15 08:01:00, in 53 s.
    "
  `);
});

test('the same wait on 40 columns, and on 24', () => {
  expect(shown(waiting, 40)).toMatchInlineSnapshot(`
    "
    ● error · next run in 53 s
    set by the Retry-After of https://peer.…
    one failure
    ████████████████░░░░░░░░░░░░░░░░░░░░░░░░
    ! 12 s ago: not saved: no space left on
    device; the next save makes it good
    Peers 1/5 may be asked
    R peer.example               53 s
    + 東京ノード 127.0.0.1:8080
    C aaaaaaaaaaaaaaaaaaaaaaaaa… 28 min 20 s
    - 10.0.0.1:9000
    x far.example
    Runs ✓o ✓o ✗e !t ⑂f ○s ✓o ✗e
    Chain 260 events · head 1a2b3c4…
    synced 5 min 40 s ago
    The last run ended in error at
    2027-01-15 08:00:00: HTTP 429, rate
    limited; one failure. The next run is
    due at 2027-01-15 08:01:00, in 53 s.
    "
  `);
  expect(shown(waiting, 24)).toMatchInlineSnapshot(`
    "
    ● error
    next run in 53 s
    set by the Retry-After …
    one failure
    ██████████░░░░░░░░░░░░░░
    ! 12 s ago: not saved:
    no space left on device;
    the next save makes it
    good
    Peers 1/5 may be asked
    R peer.exam… 53 s
    + 東京ノード 127.0.0.1:…
    C aaaaaaaaa… 28 min 20 s
    - 10.0.0.1:9000
    x far.example
    Runs ✗e !t ⑂f ○s ✓o ✗e
    Chain 260 events
    head 1a2b3c4…
    synced 5 min 40 s ago
    The last run ended in
    error at 2027-01-15
    08:00:00: HTTP 429, rate
    limited; one failure.
    The next run is due at
    2027-01-15 08:01:00, in
    53 s.
    "
  `);
});

test('on a short terminal what matters least is left out, and the peers left out are counted', () => {
  expect(shown(waiting, 80, 9)).toMatchInlineSnapshot(`
    "
    ● error · next run in 53 s · set by the Retry-After of https://peer.example
    one failure
    ████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    ! 12 s ago: not saved: no space left on device; the next save makes it good
    Peers 1/5 may be asked, 2 not shown
    R https://peer.example       Retry-After, 53 s left · one failure · HTTP 429, r…
    + 東京ノード http://127.0.0… may be asked · ok 5 min 40 s ago
    C http://aaaaaaaaaaaaaaaaaa… cooldown, 28 min 20 s left · 6 failures
    Chain 260 events · head 1a2b3c4… · synced 5 min 40 s ago
    "
  `);
  expect(shown(pulling, 40, 3)).toMatchInlineSnapshot(`
    "
    ● running · asking http://127.0.0.1:8080
    stuck in 4 min 48 s
    1200 of at most 5000 events
    "
  `);
});

test('a worker that has not begun and knows nobody', () => {
  const idle: LiveViewModel = {
    ...waiting,
    state: 'idle',
    countdown: { secondsLeft: 0, done: 1, rule: 'due', asking: '' },
    why: 'The worker has not run yet. The next run is due now.',
    peers: [],
    failures: 0,
    okSecondsAgo: undefined,
    runs: [],
    chain: undefined,
    notice: undefined,
  };
  expect(shown(idle, 80)).toMatchInlineSnapshot(`
    "
    ● idle · next run now
    ████████████████████████████████████████████████████████████
    Peers none
    Runs none yet
    never synced
    The worker has not run yet. The next run is due now.
    "
  `);
});
