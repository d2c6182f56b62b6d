import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ChainDamagedError } from '../../../src/infonet/chain/chain-damaged-error.ts';
import type { LogEntry } from '../../../src/infonet/chain/chain-log.ts';
import { FileLog } from '../../../src/infonet/chain/file-log.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { StorageUnwritableError } from '../../../src/storage/disk/index.ts';
import { fc } from '../../support/property.ts';
import { anyFaults, Ended, type Fault, SimulatedDisk } from './simulated-disk.ts';

const NODES = ['a', 'b'].map((name) => `!sb_${hash('sha256', name).slice(0, 32)}`);
let made = 0;

/** Events that follow a head, and are like no others; a log does not ask who signed them. */
function makePage({ count, head }: { count: number; head: string }, length: number): LogEntry[] {
  let prevHash = head || GENESIS_HASH;
  return Array.from({ length }, (_, index) => {
    made += 1;
    const id = hash('sha256', `${made}`);
    const sequence = count + index + 1;
    const isPrivate = made % 5 === 0;
    const text = `{"event_id":"${id}","prev_hash":"${prevHash}","event_type":"${isPrivate ? 'dm_message' : 'message'}","node_id":"${NODES[sequence % 2]}","sequence":${sequence},"payload":{"é":"${'x'.repeat(made % 90)}"}}`;
    prevHash = id;
    return { id, text, isPrivate };
  });
}

/** The key of an event's count, and its sequence. */
function sequenceOf({ text, isPrivate }: LogEntry): readonly [string, number] {
  const { node_id: nodeId, sequence } = JSON.parse(text);
  return [isPrivate ? `${nodeId}|dm_message` : nodeId, sequence];
}

function append(log: FileLog, page: readonly LogEntry[]): Promise<void> {
  return log.append(page, new Map(page.map(sequenceOf)));
}

async function contentOf(log: FileLog): Promise<LogEntry[]> {
  return log.at(Array.from({ length: log.tip().count + 1 }, (_, index) => index + 1));
}

/** The log holds these events and no others, by height and by id, and knows their sequences. */
async function expectHolds(log: FileLog, events: readonly LogEntry[]): Promise<void> {
  const last = new Map(events.map(sequenceOf));
  const found = {
    tip: log.tip(),
    events: await contentOf(log),
    heights: await log.heightsOf([...events.map(({ id }) => id), 'f'.repeat(64), 'no id']),
    sequences: await log.sequencesOf([...last.keys(), 'nobody']),
  };
  const expected = {
    tip: { count: events.length, head: events.at(-1)?.id ?? '' },
    events,
    heights: [...events.map((_, index) => index + 1), undefined, undefined],
    sequences: [...last.values(), 0],
  };
  // Text first: the thousands of comparisons by field would take most of the time of these tests.
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
}

/** What one process does: appends pages, until a fault ends it. */
interface Life {
  readonly faults: readonly Fault[];
  readonly pages: readonly number[];
}

const anyLife: fc.Arbitrary<Life> = fc.record({
  faults: anyFaults,
  pages: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 7 }),
});

test('whatever fails, ends or loses its power in whatever call: what was appended is there, and the log goes on', async () => {
  const lives = fc.array(anyLife, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lives, fc.infiniteStream(fc.boolean()), async (lived, chances) => {
      const disk = new SimulatedDisk();
      const arrives = (): boolean => chances.next().value;
      const offered = new Map<string, LogEntry>();
      const held: LogEntry[] = [];
      /** A log may have more than it said: whole events of a write that failed. */
      const expectAll = async (log: FileLog): Promise<void> => {
        const more = (await contentOf(log)).slice(held.length);
        held.push(...more.flatMap(({ id }) => offered.get(id) ?? []));
        await expectHolds(log, held);
      };
      const offer = (log: FileLog, length: number): LogEntry[] => {
        const page = makePage(log.tip(), length);
        for (const entry of page) offered.set(entry.id, entry);
        return page;
      };
      for (const { faults, pages } of lived) {
        try {
          const log = await FileLog.open(disk.open(faults, arrives), 'chain');
          await expectAll(log);
          for (const length of pages) {
            const page = offer(log, length);
            const failure = await append(log, page).catch((error: unknown) => error);
            if (failure === undefined) held.push(...page);
            else expect(failure).toBeInstanceOf(StorageUnwritableError);
            expect(log.tip().count).toBe(held.length);
          }
        } catch (error) {
          const isScripted = error instanceof Ended || (error instanceof Error && 'errno' in error);
          if (!isScripted) throw error;
        }
      }
      const log = await FileLog.open(disk.open([], arrives), 'chain');
      await expectAll(log);
      const page = offer(log, 3);
      await append(log, page);
      held.push(...page);
      await expectAll(log);
      disk.events.losePower(arrives);
      disk.tip.losePower(arrives);
      await expectAll(await FileLog.open(disk.open([], arrives), 'chain'));
    }),
  );
});

/** Pages of a log that was closed in order. */
async function closedDisk(
  pages: readonly number[],
): Promise<{ readonly disk: SimulatedDisk; readonly events: readonly LogEntry[] }> {
  const disk = new SimulatedDisk();
  const events: LogEntry[] = [];
  const log = await FileLog.open(
    disk.open([], () => true),
    'chain',
  );
  for (const length of pages) {
    const page = makePage(log.tip(), length);
    await append(log, page);
    events.push(...page);
  }
  await log.close();
  return { disk, events };
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
        const { disk, events } = await closedDisk(lengths);
        spoil(disk, harm);
        const log = await FileLog.open(
          disk.open([], () => true),
          'folder',
        ).catch((error: unknown) => error);
        if (log instanceof FileLog) await expectHolds(log, events);
        else {
          expect(log).toBeInstanceOf(ChainDamagedError);
          expect(String(log)).toMatch(/^ChainDamagedError: the chain in folder is damaged: .*; repair it/);
        }
      }),
    );
  });

  test('hands out nothing altered if it is damaged while it is open', async () => {
    await fc.assert(
      fc.asyncProperty(pages, damage, fc.integer({ min: 1, max: 100 }), async (lengths, harm, height) => {
        const { disk, events } = await closedDisk(lengths);
        const log = await FileLog.open(
          disk.open([], () => true),
          'folder',
        );
        spoil(disk, harm);
        const entries = await log.at([height]).catch((error: unknown) => error);
        if (Array.isArray(entries)) {
          expect(entries).toEqual(events.slice(height - 1, height));
        } else expect(entries).toBeInstanceOf(ChainDamagedError);
      }),
    );
  });

  test('hands out no event in place of another', async () => {
    const { disk, events } = await closedDisk([200]);
    const log = await FileLog.open(
      disk.open([], () => true),
      'folder',
    );
    const lines = disk.events.cached.toString().split('\n');
    const [one = '', other = ''] = [lines[100], lines[190]];
    expect(one.length).toBe(other.length);
    disk.events.cached = Buffer.from(lines.with(100, other).with(190, one).join('\n'));
    await expect(log.at([101])).rejects.toThrow(
      /^the chain in folder is damaged: event 101, .*another event/,
    );
    expect(await log.at([100, 102])).toEqual([events[99], events[101]]);
  });
});
