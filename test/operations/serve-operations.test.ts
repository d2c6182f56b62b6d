import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { createMemoryChain } from '../../src/infonet/index.ts';
import {
  createWorkerMetrics,
  type OperationsOptions,
  serveOperations,
  statusOf,
} from '../../src/operations/index.ts';
import { embed } from '../support/embedded-worker.ts';

const good = { sync: () => ({ head: 'h1' }), peers: ['http://a.example'] };

async function operated(options: Omit<OperationsOptions, 'worker'> = {}) {
  const embedded = embed(good);
  await embedded.worker.start();
  await embedded.pass(0);
  const server = await serveOperations({ worker: embedded.worker, ...options });
  onTestFinished(async () => {
    await server.close();
    await embedded.worker.stop();
  });
  return { ...embedded, server };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Not by fetch: it sets the Host header by itself. */
async function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const request = httpRequest(url, { agent: false, ...options });
  const answered = once(request, 'response');
  request.end();
  const [response] = await answered;
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

describe('operators', () => {
  test('see the status, under wire names', async () => {
    const chain = createMemoryChain();
    const { server, worker } = await operated({ chain });
    const { status, headers, text } = await ask(`${server.url}/status`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(text)).toEqual(statusOf(worker, chain));
    expect(JSON.parse(text)).toMatchObject({ state: { last_outcome: 'ok' }, chain: { count: 0 } });
  });

  test('see the metrics, in the format of Prometheus', async () => {
    const { server, pass } = await operated();
    await pass(300_000);
    const { status, headers, text } = await ask(`${server.url}/metrics?name=all`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('\nsync_worker_runs_total{outcome="ok"} 1\n');
    expect(text).toContain(
      `\nsync_worker_build_info{version="${manifest.version}",node="${process.versions.node}"} 1\n`,
    );
  });

  test('see metrics of their own, and those outlive the server', async () => {
    const { worker } = embed(good);
    const metrics = createWorkerMetrics(worker, { name: 'mine', labels: ['worker'] });
    const { server } = await operated({ metrics });
    expect((await ask(`${server.url}/metrics`)).text).toContain('worker="mine"');
    await server.close();
    expect(await metrics.registry.metrics()).toContain('worker="mine"');
  });

  test('see that a worker is well, and that it does not run', async () => {
    const { server, worker } = await operated();
    const well = await ask(`${server.url}/healthz`);
    expect([well.status, JSON.parse(well.text)]).toEqual([
      200,
      {
        healthy: true,
        reason: 'The worker is on time by its own decision.',
        state: 'ok',
        nextRunAt: 1_800_000_300,
        lateSeconds: 0,
      },
    ]);
    await worker.stop();
    const stopped = await ask(`${server.url}/healthz`);
    expect([stopped.status, JSON.parse(stopped.text)]).toMatchObject([
      503,
      { healthy: false, reason: 'The worker is not running; start it.' },
    ]);
  });

  test('see that a worker is ready from the loading of its storage on until it stops', async () => {
    let load: (saved: object) => void = () => undefined;
    const storage = {
      load: () =>
        new Promise<object>((resolve) => {
          load = resolve;
        }),
      save: () => undefined,
    };
    const { worker } = embed({ ...good, storage });
    const server = await serveOperations({ worker });
    onTestFinished(() => server.close());
    const ready = async (): Promise<unknown> => {
      const { status, text } = await ask(`${server.url}/readyz`);
      return [status, JSON.parse(text).ready];
    };
    expect(await ready()).toEqual([503, false]);
    const starting = worker.start();
    expect(await ready()).toEqual([503, false]);
    load({});
    await starting;
    expect(await ready()).toEqual([200, true]);
    const stopping = worker.stop();
    expect(await ready()).toEqual([503, false]);
    await stopping;
    expect(await ready()).toEqual([503, false]);
  });

  test('who ask a process that was halted are answered after its own timers had their turn', async () => {
    const answers = [false, true].map((healthy) => ({
      healthy,
      reason: '',
      state: 'ok' as const,
      nextRunAt: 0,
      lateSeconds: 0,
    }));
    const health = { health: () => answers.shift() ?? never(), close: () => undefined };
    const { server } = await operated({ health });
    expect((await ask(`${server.url}/healthz`)).status).toBe(200);
    expect(answers).toEqual([]);
  });

  test('ask by HEAD as by GET, without the body', async () => {
    const { server } = await operated();
    for (const path of ['/healthz', '/status']) {
      const [head, get] = [await ask(server.url + path, { method: 'HEAD' }), await ask(server.url + path)];
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      expect(head.headers['content-length']).toBe(String(Buffer.byteLength(get.text)));
    }
  });

  test('change nothing: any other method is refused, and any other path', async () => {
    const { server } = await operated();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask(`${server.url}/status`, { method });
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
    for (const path of ['/', '/sync', '/peers', '/status/', '/__proto__']) {
      expect((await ask(server.url + path)).status).toBe(404);
    }
  });

  test('get the error when a reading fails', async () => {
    const chain = {
      head: () => '',
      count: () => {
        throw new Error('the chain is closed');
      },
    };
    const { server } = await operated({ chain });
    expect(await ask(`${server.url}/metrics`)).toMatchObject({
      status: 500,
      text: '{"error":"the chain is closed"}\n',
    });
  });
});

describe('nobody else', () => {
  test('reaches it by another name, as a page would whose domain was made to point here', async () => {
    const { server } = await operated();
    const { port } = new URL(server.url);
    for (const host of ['evil.example', `evil.example:${port}`, '192.168.0.7', 'localhost.evil.example']) {
      const answer = await ask(`${server.url}/status`, { headers: { host } });
      expect([host, answer.status]).toEqual([host, 403]);
      expect(answer.text).not.toContain('http://a.example');
    }
    for (const host of ['localhost', `LOCALHOST:${port}`, '127.0.0.1', '127.9.9.9:1', `[::1]:${port}`]) {
      expect([host, (await ask(`${server.url}/status`, { headers: { host } })).status]).toEqual([host, 200]);
    }
  });

  test('is no page of another origin, and a refused request never reaches what is served', async () => {
    const { server } = await operated();
    const headers = { origin: 'http://evil.example' };
    expect((await ask(`${server.url}/metrics`, { headers })).status).toBe(403);
  });

  test.each(['0.0.0.0', '192.168.0.7', '::', 'example.com', ''])('is served on %j', async (host) => {
    const { worker } = embed(good);
    await expect(serveOperations({ worker, host })).rejects.toThrow(RangeError);
    await expect(serveOperations({ worker, host })).rejects.toThrow(
      'allowed are 127.0.0.1 and other loopback addresses',
    );
  });
});

describe('the port', () => {
  test('that is in use is a clear error, and nothing is left behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => {
      taken.close();
    });
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { worker } = embed(good);
    await expect(serveOperations({ worker, port })).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is in use by another program; choose another port, or 0 for a free one`,
    );
  });

  test.each([-1, 65_536, 1.5, Number.NaN])('%d is none', async (port) => {
    const { worker } = embed(good);
    await expect(serveOperations({ worker, port })).rejects.toThrow(
      `port is ${port}; allowed is a whole number from 0 to 65535`,
    );
  });

  test('is free again after the close, and no handle is left', async () => {
    const servers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    await expect.poll(servers).toBe(0);
    const { server, worker } = await operated();
    const { port } = new URL(server.url);
    await ask(`${server.url}/healthz`);
    await Promise.all([server.close(), server.close()]);
    await expect.poll(servers).toBe(0);
    const again = await serveOperations({ worker, port: Number(port) });
    expect(again.url).toBe(server.url);
    await again.close();
  });
});

function never(): never {
  throw new Error('asked once too often');
}
