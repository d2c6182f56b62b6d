/**
 * What verifying costs beside the signature check alone, and what keeping costs.
 *
 * Both loops look their KeyObject up by public key, made once a key: a chain has few nodes, and so has the bare loop.
 * The bare one gets its text and its signature ready-made; ours makes them, and parses, hashes and links besides.
 */
import { hash, type KeyObject, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryChain, openDiskChain } from '../../src/infonet/chain/chain-store.ts';
import { openDiskLog } from '../../src/infonet/chain/disk-log.ts';
import { createEventAuthor } from '../../src/infonet/events/event-author.ts';
import { eventText, readEvent, signedText } from '../../src/infonet/events/infonet-event.ts';
import { IngestState } from '../../src/infonet/events/ingest-state.ts';
import { PublicKeys } from '../../src/infonet/events/public-keys.ts';
import { verifyEvent } from '../../src/infonet/events/verify-event.ts';
import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  type JsonValue,
} from '../../src/infonet/json/json-value.ts';
import { readJson } from '../../src/infonet/json/read-json.ts';
import { GENESIS_HASH } from '../../src/infonet/protocol.ts';
import { median } from './median.ts';

const EVENTS = 1_000;
const ROUNDS = 9;
const PAGE = 100;

export interface VerifyingCost {
  /** Events a second of processor time: `crypto.verify` alone. */
  readonly bare: number;
  /** Events a second: every rule of an event, from its parsed JSON on. */
  readonly verified: number;
  /** Events a second: from the bytes of a page to the events in a chain in memory. */
  readonly pulled: number;
}

export interface InfonetFigures {
  readonly verifying: VerifyingCost;
  readonly keeping: Awaited<ReturnType<typeof measureKeeping>>;
}

/** What pulling a chain costs, and keeping one of a hundred thousand events. */
export async function measureInfonet(): Promise<InfonetFigures> {
  return { verifying: await measureVerifying(), keeping: await measureKeeping(100_000) };
}

/** Medians of rounds that take turns. */
export async function measureVerifying(): Promise<VerifyingCost> {
  const texts = writeChain(EVENTS).map(({ text }) => text);
  const values = texts.map((text) => readJson(Buffer.from(text)));
  const pages = Array.from({ length: EVENTS / PAGE }, (_, index) =>
    Buffer.from(`[${texts.slice(index * PAGE, (index + 1) * PAGE).join(',')}]`),
  );
  const keys = new PublicKeys();
  const known = new Map<string, KeyObject>();
  const ready = values.map(readEvent).map((event) => {
    known.set(event.publicKey, keys.read(event.publicKey, event.publicKeyAlgo).key);
    return {
      publicKey: event.publicKey,
      text: Buffer.from(signedText(event)),
      signature: Buffer.from(event.signature, 'hex'),
    };
  });
  const bare: number[] = [];
  const verified: number[] = [];
  const pulled: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(
      await perSecond(() => {
        for (const { publicKey, text, signature } of ready) {
          const key = known.get(publicKey);
          if (key === undefined || !verify(null, text, key, signature)) throw new Error('not verified');
        }
      }),
    );
    verified.push(
      await perSecond(() => {
        let head = GENESIS_HASH;
        const state = new IngestState();
        values.forEach((value, index) => {
          const event = readEvent(value);
          verifyEvent(event, { head, lastSequence: index, state, now: 0 }, keys);
          head = event.id;
        });
      }),
    );
    pulled.push(
      await perSecond(async () => {
        const chain = createMemoryChain();
        for (const page of pages) {
          const events = readJson(page);
          if (isJsonArray(events)) await chain.ingest(events);
        }
        if (chain.count() !== EVENTS) throw new Error(`${chain.count()} events of ${EVENTS}`);
      }),
    );
  }
  return { bare: median(bare), verified: median(verified), pulled: median(pulled) };
}

export interface KeepingCost {
  readonly events: number;
  /** Seconds to append them in pages of 100, each flushed to the disk. */
  readonly append: number;
  /** Seconds to open the folder again and make a locator. */
  readonly reopen: number;
}

/** Appends ready-made entries: verifying them is measured above. */
export async function measureKeeping(events: number): Promise<KeepingCost> {
  const folder = await mkdtemp(join(tmpdir(), 'infonet-bench-'));
  const place = join(folder, 'chain');
  const [{ text } = { text: '' }] = writeChain(1);
  let head = GENESIS_HASH;
  try {
    const log = await openDiskLog(place);
    const append = await seconds(async () => {
      for (let height = 0; height < events; height += PAGE) {
        const page = Array.from({ length: PAGE }, (_, index) => {
          const id = hash('sha256', String(height + index));
          const own = text
            .replace(/"event_id":"[^"]*","prev_hash":"[^"]*"/, `"event_id":"${id}","prev_hash":"${head}"`)
            .replace('"sequence":1,', `"sequence":${height + index + 1},`);
          head = id;
          return { id, text: own, isPrivate: false };
        });
        await log.append(page, new Map([[`node ${height % 40}`, height]]));
      }
    });
    await log.close();
    const reopen = await seconds(async () => {
      const chain = await openDiskChain(place);
      const locator = await chain.locator();
      if (chain.count() !== events || locator.length < 20) throw new Error('not all of it is there');
      await chain.close();
    });
    return { events, append, reopen };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A chain of one node, each event as JSON. */
export function writeChain(events: number): { readonly id: string; readonly text: string }[] {
  const author = createEventAuthor();
  const texts: { id: string; text: string }[] = [];
  let head = '';
  for (let sequence = 1; sequence <= events; sequence += 1) {
    const message = `message ${sequence}`;
    const payload = {
      message,
      destination: 'broadcast',
      channel: 'LongFast',
      priority: 'normal',
      ephemeral: false,
    };
    const event: JsonValue = author.write({
      head,
      sequence,
      timestamp: 1_700_000_000 + sequence / 8,
      payload,
    });
    if (!isJsonObject(event)) throw new Error(`no object: ${canonicalJson(event)}`);
    head = String(event.get('event_id'));
    texts.push({ id: head, text: eventText(readEvent(event)) });
  }
  return texts;
}

async function seconds(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** By processor time: what else the machine does in the meantime is not counted. */
async function perSecond(work: () => void | Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return EVENTS / ((user + system) / 1e6);
}
