import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type GivenSettings,
  printConfig,
  resolveSettings,
} from '../../src/command-line/settings/resolve-settings.ts';

import {
  flagOf,
  type SettingKey,
  settingKeys,
  settingTable,
  variableOf,
} from '../../src/command-line/settings/settings.ts';
import { createMemoryChain } from '../../src/infonet/index.ts';
import { resolveSyncOptions } from '../../src/infonet/pull/infonet-sync-options.ts';
import { defaultPolicy } from '../../src/policy/sync-policy.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { fc } from '../support/property.ts';

/** Two values of each setting that differ from its default, as a text and as a config file has them. */
const examples: Readonly<Record<SettingKey, readonly (readonly [text: string, value: unknown])[]>> = {
  data: [
    ['/a', '/a'],
    ['/b', '/b'],
  ],
  peers: [
    ['http://a.example', ['http://a.example']],
    ['http://b.example, http://c.example', ['http://b.example', 'http://c.example']],
  ],
  intervalSeconds: numbers(1, 2.5),
  failureBackoffSeconds: numbers(0, 2),
  failureBackoffCapSeconds: numbers(0, 2),
  stuckAfterSeconds: numbers(1, 2),
  maxPeersPerRun: numbers(1, 2),
  jitterRatio: numbers(0.5, 1),
  spreadRatio: numbers(0.5, 1),
  attemptTimeoutSeconds: numbers(1, 2),
  catchUpIntervalSeconds: numbers(0, 2),
  allowClearnet: switches(true),
  socksProxy: [
    ['[::1]:9', '[::1]:9'],
    ['tor:9050', 'tor:9050'],
  ],
  requestTimeoutMs: numbers(1, 600_000),
  onionConnectTimeoutMs: numbers(1, 600_000),
  onionRequestTimeoutMs: numbers(1, 600_000),
  maxBodyBytes: numbers(1, 2),
  pageLimit: numbers(1, 499),
  maxPages: numbers(1, 1000),
  replaceForkedChain: switches(true),
  ca: [
    ['/a.pem', '/a.pem'],
    ['/b.pem', '/b.pem'],
  ],
  hydrate: switches(true),
  serve: [
    ['0.0.0.0:8000', '0.0.0.0:8000'],
    ['[::1]:1', '[::1]:1'],
  ],
  servePrivate: numbers(0, 65_535),
  serveRequestsPerMinute: numbers(1, 1_000_000),
  serveTotalRequestsPerMinute: numbers(1, 10_000_000),
  log: [
    ['pretty', 'pretty'],
    ['json', 'json'],
  ],
  logLevel: [
    ['debug', 'debug'],
    ['silent', 'silent'],
  ],
  http: numbers(0, 65_535),
  inspect: numbers(0, 65_535),
  inspectControl: switches(true),
  inspectStately: [
    ['true', true],
    ['http://127.0.0.1:9/', 'http://127.0.0.1:9/'],
  ],
  inspectClassic: [
    ['true', true],
    ['https://a.example/viz', 'https://a.example/viz'],
  ],
  record: switches(true),
};

function numbers(...values: readonly number[]): readonly (readonly [string, number])[] {
  return values.map((value) => [String(value), value]);
}

function switches(...values: readonly boolean[]): readonly (readonly [string, boolean])[] {
  return values.map((value) => [String(value), value]);
}

const usual = settingKeys.map((key) => [key, settingTable[key].usual] as const);

function given(over: Partial<GivenSettings> = {}): GivenSettings {
  return { flags: {}, env: {}, cwd: '/srv/node', ...over };
}

async function fileWith(value: unknown): Promise<string> {
  const { path } = await tempFolder();
  const file = join(path, 'node.json');
  const isText = typeof value === 'string' || Buffer.isBuffer(value);
  await writeFile(file, isText ? value : JSON.stringify(value));
  return file;
}

test('with nothing given each setting has its default, which is that of the policy and of the transport', async () => {
  const { settings, from, configFile, notes } = await resolveSettings(given());
  expect(settings).toEqual({ ...Object.fromEntries(usual), data: '/srv/node/sync-data' });
  expect(settings).toMatchObject(defaultPolicy);
  const {
    socksProxy,
    chain: _chain,
    ca: _ca,
    ...transport
  } = resolveSyncOptions({ chain: createMemoryChain() });
  expect(settings).toMatchObject(transport);
  expect(settings.socksProxy).toBe(`${socksProxy.host}:${socksProxy.port}`);
  expect(new Set(Object.values(from))).toEqual(new Set(['default']));
  expect({ configFile, notes }).toEqual({ configFile: undefined, notes: [] });
});

test('whatever is said where, a flag goes before a variable, that before the file, and that before the default', async () => {
  const places = fc.record({
    key: fc.constantFrom(...settingKeys),
    flag: fc.option(fc.nat(1), { nil: undefined }),
    variable: fc.option(fc.nat(1), { nil: undefined }),
    file: fc.option(fc.nat(1), { nil: undefined }),
  });
  const file = await fileWith({});
  await fc.assert(
    fc.asyncProperty(places, async ({ key, ...said }) => {
      const example = (index: number | undefined): (typeof examples)[SettingKey][number] | undefined =>
        index === undefined ? undefined : examples[key][index % examples[key].length];
      const flag = example(said.flag);
      const variable = example(said.variable);
      const inFile = example(said.file);
      await writeFile(file, JSON.stringify(inFile === undefined ? {} : { [key]: inFile[1] }));
      const words = key === 'peers' ? flag?.[0].split(', ') : flag?.[0];
      const resolved = await resolveSettings(
        given({
          flags: { [key]: words, config: file },
          env: variable === undefined ? {} : { [variableOf(key)]: variable[0] },
        }),
      );
      const winner = flag ?? variable ?? inFile;
      const where =
        flag !== undefined
          ? flagOf(key)
          : variable !== undefined
            ? variableOf(key)
            : inFile !== undefined
              ? file
              : 'default';
      const value = key === 'data' && winner === undefined ? '/srv/node/sync-data' : settingTable[key].usual;
      expect([resolved.settings[key], resolved.from[key]]).toEqual([
        winner === undefined ? value : winner[1],
        where,
      ]);
    }),
    { numRuns: 200 },
  );
});

test('what is printed is a config file: read again, it gives the same settings', async () => {
  const flags = Object.fromEntries(settingKeys.map((key) => [key, examples[key][0]?.[1]]));
  const asText = Object.fromEntries(
    Object.entries(flags).map(([key, value]) => [key, Array.isArray(value) ? value : String(value)]),
  );
  const first = await resolveSettings(given({ flags: asText }));
  expect(first.settings).toEqual(flags);
  const printed = printConfig(first)
    .split('\n')
    .map((line) => line.replace(/ {2}\/\/ .*$/, ''));
  const again = await resolveSettings(given({ flags: { config: await fileWith(printed.join('\n')) } }));
  expect(again.settings).toEqual(first.settings);
});

test('the config file may be named by a variable; its paths go from its folder, others from here', async () => {
  const { path } = await tempFolder();
  await writeFile(join(path, 'node.json'), '\uFEFF{"data": "./data", "ca": "ca.pem"}');
  const { settings } = await resolveSettings(
    given({ env: { SYNC_WORKER_CONFIG: 'node.json', SYNC_WORKER_CA: './here.pem' }, cwd: path }),
  );
  expect(settings).toMatchObject({ data: join(path, 'data'), ca: join(path, 'here.pem') });
});

test('a flag alone is true: a switch is on, and a port is the usual one', async () => {
  const flags = { allowClearnet: true, http: true, inspect: true, inspectStately: true };
  const { settings } = await resolveSettings(given({ flags }));
  expect(settings).toMatchObject({ allowClearnet: true, http: 9464, inspect: 9465, inspectStately: true });
  const off = await resolveSettings(
    given({ flags: { http: 'false' }, env: { SYNC_WORKER_HTTP: '80', SYNC_WORKER_LOG: '' } }),
  );
  expect([off.settings.http, off.settings.log]).toEqual([false, 'auto']);
});

test('peers are taken by the worker’s own spelling, each once', async () => {
  const env = { SYNC_WORKER_PEERS: 'HTTP://A.example:80/ http://a.example,http://b.example' };
  expect((await resolveSettings(given({ env }))).settings.peers).toEqual([
    'http://a.example',
    'http://b.example',
  ]);
});

describe('refused, naming the file or the variable, the key, the value and what is allowed, is', () => {
  test.for([
    [
      'of UTF-16',
      Buffer.from('\ufeff{"pageLimit": 5}', 'utf16le'),
      /it is written in UTF-16; save it as UTF-8/,
    ],
    ['no JSON', '{"pageLimit": 5,}', / is no JSON: .*position 16/],
    ['no object', [], / is \[\]; allowed is an object such as /],
    ['a near-miss', { page_limit: 5 }, /: "page_limit" is no setting; did you mean pageLimit\?$/],
    ['an unknown key', { colour: 5 }, /: "colour" is no setting; known are data, peers, /],
    [
      'a text for a number',
      { pageLimit: '5' },
      /: pageLimit is "5"; allowed is a whole number from 1 to 500$/,
    ],
    [
      'a number out of range',
      { stuckAfterSeconds: 0 },
      /: stuckAfterSeconds is 0; allowed is a finite number of at least 1$/,
    ],
    [
      'a text for a switch',
      { allowClearnet: 'true' },
      /: allowClearnet is "true"; allowed is true or false$/,
    ],
    [
      'a text for an array',
      { peers: 'http://a.example' },
      /: peers is "http:\/\/a\.example"; allowed is an array of URLs$/,
    ],
    ['a number among peers', { peers: [5] }, /: peers is 5; allowed is a URL such as /],
    ['a level', { logLevel: 'loud' }, /: logLevel is "loud"; allowed is debug, info, warn, error, silent$/],
    ['an empty path', { data: '' }, /: data is ""; allowed is a path$/],
    ['null', { intervalSeconds: null }, /: intervalSeconds is null; allowed is a finite number/],
    [
      'a page',
      { inspectStately: 'stately.ai' },
      /: inspectStately is "stately\.ai"; allowed is an http or https address/,
    ],
  ] as const)('%s in a file', async ([, value, message]) => {
    const file = await fileWith(value);
    const refused = resolveSettings(given({ flags: { config: file } }));
    await expect(refused).rejects.toMatchObject({ name: 'CommandFailed', status: 2 });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(file);
  });

  test('a value in the file that a flag goes before: it would be found when the flag is left out', async () => {
    const file = await fileWith({ pageLimit: 0 });
    await expect(resolveSettings(given({ flags: { pageLimit: '5', config: file } }))).rejects.toThrow(
      'pageLimit is 0',
    );
  });

  test('a variable', async () => {
    const refused = resolveSettings(given({ env: { SYNC_WORKER_PAGE_LIMIT: 'many' } }));
    await expect(refused).rejects.toThrow(
      'SYNC_WORKER_PAGE_LIMIT is "many"; allowed is a whole number from 1 to 500',
    );
  });
});

test('a variable that looks like ours and is none is told, and not used: it may be somebody else’s', async () => {
  const { notes } = await resolveSettings(
    given({
      env: { SYNC_WORKER_PAGELIMIT: '5', SYNC_WORKER_KUBERNETES_POD_ADDRESS: '10.0.0.1', PATH: '/bin' },
    }),
  );
  expect(notes).toEqual([
    'SYNC_WORKER_PAGELIMIT in the environment is no setting, and not used; did you mean SYNC_WORKER_PAGE_LIMIT?',
    'SYNC_WORKER_KUBERNETES_POD_ADDRESS in the environment is no setting, and not used',
  ]);
});
