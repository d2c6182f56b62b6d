import { expect, test } from 'vitest';
import {
  anonymize,
  createRecorder,
  type Recording,
  readRecording,
  writeRecording,
} from '../../../src/inspect/index.ts';
import { useInspections } from '../inspection-world.ts';

const { embedded, after } = useInspections();

async function recorded(error = 'refused'): Promise<Recording> {
  const { worker, pass } = embedded({
    peers: ['https://one.example/', 'http://10.1.2.3:8080/'],
    sync: async ({ peerUrl }) => {
      if (peerUrl.includes('one')) throw new Error(error);
      return { head: 'h1' };
    },
  });
  const recorder = createRecorder(worker, 'a', { maxLines: () => 100 });
  after(recorder.close);
  recorder.observe();
  await worker.start();
  await pass(700_000);
  return recorder.since(0);
}

test('what is written is read back as it was', async () => {
  const recording = await recorded();
  expect(recording.lines.length).toBeGreaterThan(5);
  const text = writeRecording(recording);
  expect(text.split('\n')).toHaveLength(recording.lines.length + 2);
  expect(readRecording(text)).toEqual(JSON.parse(JSON.stringify(recording)));
});

test('no name and no password of a URL is written', async () => {
  const text = writeRecording(await recorded('no way to https://anna:s3cret@one.example/'));
  expect(text).toContain('one.example');
  expect(text).not.toMatch(/anna|s3cret/);
});

test('an anonymous one has other hosts and addresses, and is read like any other', async () => {
  const recording = anonymize(
    await recorded('connect ECONNREFUSED 10.1.2.3:8080 for ONE.example, [2001:db8::1]:80'),
  );
  const text = writeRecording(recording);
  expect(text).not.toMatch(/one\.example|10\.1\.2\.3|2001:db8/i);
  expect(text).toContain('host-1.example');
  expect(readRecording(text).lines).toHaveLength(recording.lines.length);
  const { peers } = recording.start.context;
  expect(new Set(peers.map(({ peerUrl }) => peerUrl)).size).toBe(2);
});

test.each<[string, (lines: string[]) => string[], RegExp]>([
  ['nothing', () => [], /^Line 1 is not JSON$/],
  ['no recording', () => ['{}'], /its first line has no "recording"/],
  [
    'a later version',
    ([first = '']) => [first.replace('"version":1', '"version":2')],
    /version 2; .* reads version 1/,
  ],
  [
    'no context',
    ([first = '']) => [first.replace('"context":', '"context_":')],
    /^Line 1: context is undefined/,
  ],
  ['a torn line', (lines) => [...lines.slice(0, 3), (lines[3] ?? '').slice(0, 40)], /^Line 4 is not JSON$/],
  ['a list', (lines) => [...lines.slice(0, 1), '[]'], /^Line 2 is .*; allowed is an object$/],
  [
    'a malformed line',
    ([first = '', second = '']) => [first, second.replace('"to":', '"to_":')],
    /^Line 2: to is undefined/,
  ],
  [
    'a change of what is not there',
    ([first = '', second = '']) => [
      first,
      second.replace(/"changes":\[.*?\],"emitted"/, '"changes":[{"op":"remove","path":"/nobody"}],"emitted"'),
    ],
    /^Line 2 does not continue the line before/,
  ],
])('%s is refused, saying where and what is wrong', async (_, spoil, error) => {
  const lines = writeRecording(await recorded())
    .trim()
    .split('\n');
  expect(() => readRecording(spoil(lines).join('\n'))).toThrow(error);
});
