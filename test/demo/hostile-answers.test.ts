import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GENESIS, PROTOCOL } from '../../src/demo/infonet-protocol.ts';
import { startBareServer } from './bare-server.ts';
import { createPuller, NOW } from './puller.ts';

const hash = (digit: string): string => digit.repeat(64);
const first = { event_id: hash('a'), prev_hash: GENESIS };
const good = {
  events: [first],
  matched_hash: GENESIS,
  forked: false,
  head_hash: hash('a'),
  count: 1,
  protocol_version: PROTOCOL,
};

/** A server that answers every request with this status, body and headers. */
function answering(status: number, body: unknown, headers: Record<string, string> = {}): Promise<string> {
  return startBareServer((_, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

describe('an answer that is no page', () => {
  it('is none: the one these are made from is taken', async () => {
    expect(await createPuller().pull(await answering(200, good))).toEqual({ outcome: 'ok', head: hash('a') });
  });

  it.each([
    ['a refusal', { ok: false, detail: 'locator must be a list' }, 'refused: "locator must be a list"'],
    ['a list', [], 'the answer is []; allowed is a page'],
    ['null', null, 'the answer is null; allowed is a page'],
    [
      'another protocol',
      { ...good, protocol_version: 'infonet/3' },
      `the page's protocol_version is "infonet/3"; allowed is 'infonet/2'`,
    ],
    ['no forked', { ...good, forked: 'no' }, `the page's forked is "no"; allowed is true or false`],
    ['no head', { ...good, head_hash: 7 }, `the page's head_hash is 7; allowed is 64 hex digits`],
    ['no events', { ...good, events: {} }, `the page's events is {}; allowed is an array`],
    ['a wrong count', { ...good, count: 2 }, `the page's count is 2; allowed is the number of events, 1`],
    ['a number for an event', { ...good, events: [7] }, `the page's events[0] is 7; allowed is an object`],
    [
      'an event without a link',
      { ...good, events: [{ event_id: hash('a') }] },
      `the page's events[0].prev_hash is undefined; allowed is 64 hex digits`,
    ],
    [
      'an event with a bad id',
      { ...good, events: [{ ...first, event_id: 'A' }] },
      `the page's events[0].event_id is "A"; allowed is 64 hex digits`,
    ],
    [
      'more events than asked for',
      { ...good, events: Array(101).fill(first), count: 101 },
      'a page of 101 events; asked for were 100',
    ],
    [
      'an event that does not follow our head',
      { ...good, events: [{ event_id: hash('b'), prev_hash: hash('c') }] },
      'event bbbbbbbb… follows cccccccc…; our head is none',
    ],
    [
      'nothing, from a peer that stands elsewhere',
      { ...good, events: [], count: 0 },
      `nothing new, though the peer's head aaaaaaaa… is not ours`,
    ],
  ])('is an error in one line: %s', async (_, body, error) => {
    const puller = createPuller();
    expect(await puller.pull(await answering(200, body))).toEqual({
      outcome: 'error',
      error,
      retryAfterSeconds: 0,
    });
    expect(puller.events()).toBe(0);
  });

  it('does not undo what came before it', async () => {
    const events = [first, { event_id: hash('b'), prev_hash: hash('c') }];
    const puller = createPuller();
    const result = await puller.pull(await answering(200, { ...good, events, count: 2 }));
    expect(result.outcome).toBe('error');
    expect(puller.events()).toBe(1);
  });
});

describe('an answer with another status', () => {
  it('is refused with its status and its wait, whatever its body is', async () => {
    const url = await answering(503, '<html>', { 'retry-after': '120' });
    expect(await createPuller().pull(url)).toMatchObject({
      outcome: 'error',
      error: 'HTTP 503',
      status: 503,
      retryAfterSeconds: 120,
      retryAfterHeader: '120',
    });
  });

  it('is told with its detail', async () => {
    const url = await answering(426, { ok: false, detail: 'Unsupported protocol_version' });
    expect(await createPuller().pull(url)).toMatchObject({ error: 'HTTP 426: Unsupported protocol_version' });
  });

  it('keeps its Retry-After where the body stalls until the request is given up', async () => {
    const url = await startBareServer((_, response) => {
      response.writeHead(429, { 'retry-after': '120' }).write('{');
    });
    const worker = new AbortController();
    // The clock is read for the header, so by then the header is there and the body is not.
    const now = (): number => {
      worker.abort();
      return NOW;
    };
    expect(await createPuller().pull(url, { now, signal: worker.signal })).toMatchObject({
      status: 429,
      retryAfterSeconds: 120,
    });
  });

  it.each([
    ['never ends', pourForEver],
    ['breaks off', (response: ServerResponse): void => void response.write('{', () => response.destroy())],
  ])('keeps its Retry-After where the body %s', async (_, send) => {
    const url = await startBareServer((_request, response) => {
      response.writeHead(500, { 'retry-after': '120' });
      send(response);
    });
    expect(await createPuller().pull(url)).toMatchObject({ error: 'HTTP 500', retryAfterSeconds: 120 });
  });

  it('is not followed where it is a redirect', async () => {
    const asked: unknown[] = [];
    const target = await startBareServer((request, response) => {
      asked.push(request.url);
      response.end();
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await answering(status, '', { location: target, 'retry-after': '5' });
      expect(await createPuller().pull(url)).toMatchObject({
        error: `HTTP ${status}: redirects are not followed`,
        status,
        retryAfterSeconds: 5,
      });
    }
    expect(asked).toEqual([]);
  });
});

describe('a body above the limit', () => {
  it('is refused while it arrives, and the connection closed', async () => {
    const server = new EventEmitter();
    const closed = once(server, 'closed');
    const url = await startBareServer((_, response) => {
      response.once('close', () => server.emit('closed'));
      pourForEver(response);
    });
    expect(await createPuller({ maxBodyBytes: 100_000 }).pull(url)).toMatchObject({
      error: 'the body is above 100000 bytes',
    });
    await closed;
  });

  it('is measured after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000, ' '));
    const url = await startBareServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    expect(bomb.length).toBeLessThan(10_000);
    expect(await createPuller({ maxBodyBytes: 10_000 }).pull(url)).toMatchObject({
      error: 'the body is above 10000 bytes',
    });
  });

  it('is not one that just fits', async () => {
    const size = Buffer.byteLength(JSON.stringify(good));
    const url = await answering(200, good);
    expect((await createPuller({ maxBodyBytes: size }).pull(url)).outcome).toBe('ok');
    expect((await createPuller({ maxBodyBytes: size - 1 }).pull(url)).outcome).toBe('error');
  });
});

describe('the signal of the worker', () => {
  it.each([
    ['before any answer', (): void => undefined],
    ['in the middle of a body', (response: ServerResponse): void => void response.writeHead(200).write('{')],
  ])('closes the request %s', async (_, begin) => {
    const server = new EventEmitter();
    const taken = once(server, 'taken');
    const closed = once(server, 'closed');
    const url = await startBareServer((_request, response) => {
      response.once('close', () => server.emit('closed'));
      begin(response);
      server.emit('taken');
    });
    const worker = new AbortController();
    const pulling = createPuller().pull(url, { signal: worker.signal });
    await taken;
    worker.abort(new Error('stuck'));
    expect(await pulling).toMatchObject({ outcome: 'error', error: 'stuck' });
    await closed;
  });

  it('lets no request out once it has fired', async () => {
    let asked = 0;
    const url = await startBareServer((_, response) => {
      asked += 1;
      response.end();
    });
    expect(await createPuller().pull(url, { signal: AbortSignal.abort(new Error('stopped')) })).toMatchObject(
      {
        error: 'stopped',
      },
    );
    expect(asked).toBe(0);
  });

  it('says what broke where the peer hangs up in the middle of a body', async () => {
    const url = await startBareServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    });
    expect(await createPuller().pull(url)).toMatchObject({
      error: expect.stringMatching(/^the body broke off: /),
    });
  });
});

function pourForEver(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(' '.repeat(10_000)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
