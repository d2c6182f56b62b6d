import { type ContextManager, context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PeerSyncRateLimited, type SyncWorkerOptions } from '../../src/index.ts';
import { traceWorker } from '../../src/operations/index.ts';
import { embed } from '../support/embedded-worker.ts';

const good = { sync: () => ({ head: 'h1' }), peers: ['http://a.example:8080/node'] };

async function traced(options: Omit<SyncWorkerOptions, 'clock'> = good) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const started: string[] = [];
  const embedded = embed(options);
  const tracer = provider.getTracer('test');
  const off = traceWorker(embedded.worker, {
    tracer: {
      startActiveSpan: tracer.startActiveSpan.bind(tracer),
      startSpan: (name, given, parent) => {
        started.push(name);
        return tracer.startSpan(name, given, parent);
      },
    },
  });
  await embedded.worker.start();
  await embedded.pass(0);
  return {
    ...embedded,
    off,
    spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans(),
    /** How many spans have begun and not ended. */
    open: () => started.length - exporter.getFinishedSpans().length,
  };
}

const essence = ({ name, attributes, status }: ReadableSpan): unknown => ({ name, attributes, status });

describe('a traced run', () => {
  test('is a span of its own, with its attempt in it', async () => {
    const { spans, worker, open } = await traced();
    const [attempt, run] = spans();
    expect(spans()).toHaveLength(2);
    expect(run?.parentSpanContext).toBeUndefined();
    expect(attempt?.parentSpanContext?.spanId).toBe(run?.spanContext().spanId);
    expect(attempt?.spanContext().traceId).toBe(run?.spanContext().traceId);
    expect(attempt && essence(attempt)).toEqual({
      name: 'sync.attempt',
      attributes: { 'server.address': 'a.example', 'server.port': 8080, 'sync.outcome': 'ok' },
      status: { code: SpanStatusCode.UNSET },
    });
    expect(run && essence(run)).toEqual({
      name: 'sync.run',
      attributes: {
        'sync.outcome': 'ok',
        'sync.attempts': 1,
        'sync.consecutive_failures': 0,
        'sync.next_due_at': 1_800_000_300,
      },
      status: { code: SpanStatusCode.UNSET },
    });
    expect(open()).toBe(0);
    await worker.stop();
  });

  test('tells what a peer that failed said, and goes on to the next', async () => {
    const { spans, worker } = await traced({
      peers: ['https://a.example', 'https://b.onion:444'],
      sync: ({ peerUrl }) => {
        if (peerUrl === 'https://a.example') throw new PeerSyncRateLimited({ retryAfterSeconds: 90 });
        throw new Error('down');
      },
    });
    expect(spans().map(essence)).toEqual([
      {
        name: 'sync.attempt',
        attributes: {
          'server.address': 'a.example',
          'server.port': 443,
          'sync.outcome': 'error',
          'sync.retry_after_seconds': 90,
          'http.response.status_code': 429,
        },
        status: { code: SpanStatusCode.ERROR, message: 'HTTP 429, rate limited' },
      },
      {
        name: 'sync.attempt',
        attributes: {
          'server.address': 'b.onion',
          'server.port': 444,
          'sync.outcome': 'error',
          'sync.retry_after_seconds': 0,
        },
        status: { code: SpanStatusCode.ERROR, message: 'down' },
      },
      {
        name: 'sync.run',
        attributes: expect.objectContaining({ 'sync.outcome': 'error', 'sync.attempts': 2 }),
        status: { code: SpanStatusCode.ERROR, message: 'down' },
      },
    ]);
    await worker.stop();
  });

  test('that meets a fork ends in an error', async () => {
    const { spans, worker } = await traced({ ...good, sync: () => ({ forked: true }) });
    expect(spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.ERROR]);
    expect(spans()[1]?.attributes['sync.outcome']).toBe('fork');
    await worker.stop();
  });

  test('is no child of whatever is active, such as the request that started the worker', async () => {
    const outer = new BasicTracerProvider().getTracer('test').startSpan('a request');
    const manager: ContextManager = {
      active: () => trace.setSpan(ROOT_CONTEXT, outer),
      with: (_, act, self, ...given) => act.call(self, ...given),
      bind: (_, target) => target,
      enable: () => manager,
      disable: () => manager,
    };
    context.setGlobalContextManager(manager);
    onTestFinished(() => context.disable());
    const { spans, worker } = await traced();
    const [attempt, run] = spans();
    expect(run?.parentSpanContext).toBeUndefined();
    expect(run?.spanContext().traceId).not.toBe(outer.spanContext().traceId);
    expect(attempt?.parentSpanContext?.spanId).toBe(run?.spanContext().spanId);
    await worker.stop();
  });
});

describe('a run that does not end by itself', () => {
  const unanswered = { ...good, sync: () => new Promise<never>(() => undefined) };

  test('ends as stuck, and the next run is another span', async () => {
    const { spans, stop, pass, open } = await traced(unanswered);
    expect(spans()).toEqual([]);
    await pass(300_000);
    expect(spans().map(({ name, attributes, status }) => [name, attributes['sync.outcome'], status])).toEqual(
      [
        ['sync.attempt', 'stuck', { code: SpanStatusCode.ERROR, message: 'stuck' }],
        ['sync.run', 'stuck', { code: SpanStatusCode.ERROR, message: 'stuck' }],
      ],
    );
    expect(open()).toBe(2);
    await stop();
    expect(open()).toBe(0);
  });

  test('ends when the worker stops, and a worker that is started again is traced again', async () => {
    const { spans, worker, stop, pass, open } = await traced(unanswered);
    await stop();
    expect(spans().map(({ name, status }) => [name, status.message])).toEqual([
      ['sync.attempt', 'the worker was stopped'],
      ['sync.run', 'the worker was stopped'],
    ]);
    await worker.start();
    // What is left of the time of the run that was cut short, and then a run.
    await pass(300_000);
    expect(open()).toBe(2);
    await stop();
    expect(open()).toBe(0);
    expect(spans()).toHaveLength(4);
  });

  test('ends when the chart fails', async () => {
    const { spans, worker, stop, pass, clock, open } = await traced(unanswered);
    worker.on('fault', () => undefined);
    const { setTimeout } = clock;
    clock.setTimeout = (callback, delay) => {
      // The check of the clock is not the chart's.
      if (delay === 60_000) return setTimeout(callback, delay);
      clock.setTimeout = setTimeout;
      throw new Error('no timer to be had');
    };
    await pass(300_000);
    expect(spans().map(({ status }) => status.message)).toEqual(['the chart failed', 'the chart failed']);
    await pass(600_000);
    await stop();
    expect(open()).toBe(0);
  });

  test('ends as it is when the tracing stops, and nothing more is recorded', async () => {
    const { spans, stop, pass, off, open } = await traced(unanswered);
    off();
    off();
    expect(spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET]);
    await pass(900_000);
    expect(spans()).toHaveLength(2);
    expect(open()).toBe(0);
    await stop();
  });
});

test('a run that is under way when the tracing starts is left out, and the next one is recorded', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const { worker, pass, clock } = embed({
    ...good,
    sync: () =>
      new Promise((resolve) => {
        clock.setTimeout(() => resolve({ head: 'h1' }), 5000);
      }),
  });
  await worker.start();
  await pass(1000);
  traceWorker(worker, { tracer: provider.getTracer('test') });
  await pass(10_000);
  expect(worker.state.lastOutcome).toBe('ok');
  expect(exporter.getFinishedSpans()).toEqual([]);
  await pass(300_000);
  expect(exporter.getFinishedSpans()).toHaveLength(2);
  await worker.stop();
});

test('without OpenTelemetry set up, nothing is recorded and nothing fails', async () => {
  const { worker, pass } = embed(good);
  const off = traceWorker(worker);
  await worker.start();
  await pass(600_000);
  expect(worker.state.lastOutcome).toBe('ok');
  off();
  await worker.stop();
});
