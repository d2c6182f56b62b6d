import { describe, expect, test } from 'vitest';
import { ChainDamagedError } from '../../../src/infonet/chain/chain-damaged-error.ts';
import type { LogEntry } from '../../../src/infonet/chain/chain-log.ts';
import { FileLog } from '../../../src/infonet/chain/file-log.ts';
import { eventText, readEvent } from '../../../src/infonet/events/infonet-event.ts';
import { sequenceKey } from '../../../src/infonet/events/verify-event.ts';
import { isPrivateType } from '../../../src/infonet/protocol.ts';
import { StorageUnwritableError } from '../../../src/storage/disk/index.ts';
import { fc } from '../../support/property.ts';
import { recordedEvents } from '../recorded-exchanges.ts';
import { anyFault, Ended, type Fault, SimulatedDisk } from './simulated-disk.ts';

const events = recordedEvents.map(readEvent);
const chain: readonly LogEntry[] = events.map((event) => ({
  id: event.id,
  text: eventText(event),
  isPrivate: isPrivateType(event.type),
}));

/** Appends the events that follow, so many of them. */
async function appendNext(log: FileLog, length: number): Promise<void> {
  const { count } = log.tip();
  const added = events.slice(count, count + length);
  await log.append(
    chain.slice(count, count + length),
    new Map(added.map((event) => [sequenceKey(event), event.sequence])),
  );
}

/** The log holds the beginning of the true chain, by height and by id, and knows its sequences. */
async function expectWhole(log: FileLog): Promise<void> {
  const { count, head } = log.tip();
  const heights = Array.from({ length: count + 1 }, (_, index) => index + 1);
  expect(await log.at(heights)).toEqual(chain.slice(0, count));
  expect(await log.heightsOf(chain.map(({ id }) => id))).toEqual(
    chain.map((_, index) => (index < count ? index + 1 : undefined)),
  );
  expect(head).toBe(chain[count - 1]?.id ?? '');
  const keys = [...new Set(events.map(sequenceKey))];
  const last = keys.map(
    (key) =>
      events
        .slice(0, count)
        .filter((event) => sequenceKey(event) === key)
        .at(-1)?.sequence ?? 0,
  );
  expect(await log.sequencesOf(keys)).toEqual(last);
}

/** What one process does: appends pages, until a fault ends it. */
interface Life {
  readonly faults: readonly Fault[];
  readonly pages: readonly number[];
}

const anyLife: fc.Arbitrary<Life> = fc.record({
  faults: fc.array(anyFault, { maxLength: 3 }),
  pages: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }),
});

test('whatever fails, ends or loses its power in whatever call: what was appended is there, and the log goes on', async () => {
  const lives = fc.array(anyLife, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lives, fc.infiniteStream(fc.boolean()), async (lived, chances) => {
      const disk = new SimulatedDisk();
      const arrives = (): boolean => chances.next().value;
      let told = 0;
      for (const { faults, pages } of lived) {
        try {
          const log = await FileLog.open(disk.open(faults, arrives), 'chain');
          expect(log.tip().count).toBeGreaterThanOrEqual(told);
          told = log.tip().count;
          for (const length of pages) {
            const { count } = log.tip();
            const failure = await appendNext(log, length).catch((error: unknown) => error);
            told = log.tip().count;
            if (failure === undefined) expect(told).toBe(count + length);
            else {
              expect(failure).toBeInstanceOf(StorageUnwritableError);
              expect(told).toBe(count);
            }
          }
        } catch (error) {
          const isScripted = error instanceof Ended || (error instanceof Error && 'errno' in error);
          if (!isScripted) throw error;
        }
      }
      const log = await FileLog.open(disk.open([], arrives), 'chain');
      expect(log.tip().count).toBeGreaterThanOrEqual(told);
      await appendNext(log, 3);
      await expectWhole(log);
      disk.events.losePower(arrives);
      disk.tip.losePower(arrives);
      const again = await FileLog.open(disk.open([], arrives), 'chain');
      // More, if an event of a write that failed lay behind it and is whole.
      expect(again.tip().count).toBeGreaterThanOrEqual(log.tip().count);
      await expectWhole(again);
    }),
  );
});

/** Pages of a log that was closed in order. */
async function closedDisk(pages: readonly number[]): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const log = await FileLog.open(
    disk.open([], () => true),
    'chain',
  );
  for (const length of pages) await appendNext(log, length);
  await log.close();
  return disk;
}

describe('a damaged log', () => {
  const damage = fc.record({
    file: fc.constantFrom('events' as const, 'tip' as const),
    where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    kind: fc.constantFrom('flip', 'cut', 'remove', 'zeros', 'leave out'),
    bit: fc.nat(7),
    length: fc.integer({ min: 1, max: 3_000 }),
  });
  const pages = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
  type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

  const spoil = (disk: SimulatedDisk, { file, where, kind, bit, length }: Damage): void => {
    const content = Buffer.from(disk[file].cached);
    const at = Math.floor(where * content.length);
    if (kind === 'flip') content[at] = (content[at] ?? 0) ^ (1 << bit);
    if (kind === 'zeros') content.fill(0, at, Math.min(at + length, content.length));
    disk[file].cached =
      kind === 'cut'
        ? content.subarray(0, at)
        : kind === 'remove'
          ? Buffer.alloc(0)
          : kind === 'leave out'
            ? Buffer.concat([content.subarray(0, at), content.subarray(at + length)])
            : content;
  };

  test('is refused, or opens whole: never shorter, with a hole, or altered', async () => {
    await fc.assert(
      fc.asyncProperty(pages, damage, async (lengths, harm) => {
        const disk = await closedDisk(lengths);
        const count = lengths.reduce((sum, length) => sum + length, 0);
        spoil(disk, harm);
        const log = await FileLog.open(
          disk.open([], () => true),
          'folder',
        ).catch((error: unknown) => error);
        if (log instanceof FileLog) {
          expect(log.tip().count).toBe(count);
          await expectWhole(log);
        } else {
          expect(log).toBeInstanceOf(ChainDamagedError);
          expect(String(log)).toMatch(/^ChainDamagedError: the chain in folder is damaged: .*; repair it/);
        }
      }),
    );
  });

  test('hands out nothing altered if it is damaged while it is open', async () => {
    await fc.assert(
      fc.asyncProperty(pages, damage, fc.integer({ min: 1, max: 100 }), async (lengths, harm, height) => {
        const disk = await closedDisk(lengths);
        const log = await FileLog.open(
          disk.open([], () => true),
          'folder',
        );
        spoil(disk, harm);
        const entries = await log.at([height]).catch((error: unknown) => error);
        if (Array.isArray(entries)) {
          expect(entries).toEqual(height <= log.tip().count ? [chain[height - 1]] : []);
        } else expect(entries).toBeInstanceOf(ChainDamagedError);
      }),
    );
  });
});
