import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChainStore, createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createInfonetSync } from '../../../src/infonet/pull/infonet-sync.ts';
import { createInfonetPeer, type InfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { runOnce } from '../one-run.ts';
import { RECORDED_HEAD, recordedEvents } from '../recorded-exchanges.ts';

const run = promisify(execFile);
const testnet = new URL('../tor-testnet.sh', import.meta.url).pathname;

/** A private Tor network on this machine, with a peer behind an onion service. It takes a minute to start. */
describe.skipIf(process.env['TEST_TOR'] !== '1')('over a real Tor (with TEST_TOR=1)', () => {
  let folder = '';
  let peer: InfonetPeer | undefined;
  let socksProxy = '';
  let onion = '';

  const tor = async (command: string, ...args: readonly string[]): Promise<string> => {
    const env = {
      ...process.env,
      SOCKS_FLAGS: 'ExtendedErrors',
      HS_EXTRA: 'HiddenServiceExportCircuitID haproxy',
    };
    return (await run('bash', [testnet, command, join(folder, 'net'), ...args], { env })).stdout;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tor-'));
    const chain = createMemoryChain();
    await chain.ingest(recordedEvents);
    // One pull of ours is five requests: two pulls are too many for one caller, and not for two circuits.
    peer = await createInfonetPeer({ chain, private: true, requestsPerWindow: 6, windowSeconds: 3_600 });
    const started = await tor('start', new URL(peer.url).port);
    [, socksProxy = ''] = /^SOCKS=(.*)$/m.exec(started) ?? [];
    [, onion = ''] = /^ONION0=(.*)$/m.exec(started) ?? [];
  });
  afterAll(async () => {
    await tor('stop');
    await peer?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** One run with the limits that hold by default. */
  const pull = async (): Promise<{ error: string; chain: ChainStore }> => {
    const chain = createMemoryChain();
    const sync = createInfonetSync({ chain, socksProxy, pageLimit: 60 });
    const { state } = await runOnce(sync, [`http://${onion}`]);
    return { error: state.lastError, chain };
  };

  test('Tor that ended is a fault of this machine; back again, the first contact over slow links succeeds', async () => {
    await tor('delay', '100');
    await tor('kill', 'client');
    expect((await pull()).error).toMatch(/^the SOCKS proxy at .* is not there: connect ECONNREFUSED/);
    await tor('node', 'client');
    const { error, chain } = await pull();
    expect([error, chain.head()]).toEqual(['', RECORDED_HEAD]);
  });

  test('five pages come over links of a quarter of a second, and each circuit has a limit of its own', async () => {
    // Started anew it has other circuits.
    await tor('delay', '0');
    await tor('kill', 'client');
    await tor('node', 'client');
    await tor('delay', '250');
    const { error, chain } = await pull();
    expect([error, chain.head()]).toEqual(['', RECORDED_HEAD]);
    expect(peer?.serving()).toMatchObject({ requests: 10, limited: 0, events: 520 });
    await tor('delay', '0');
    expect((await pull()).error).toMatch(/^HTTP 429/);
  });

  test('an onion service that is not there is named by what Tor says of it', async () => {
    await tor('delay', '0');
    onion = '2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion';
    expect((await pull()).error).toBe('SOCKS reply F0: the onion service has no descriptor');
  });
});
