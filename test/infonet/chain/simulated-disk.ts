import type { ChainFile } from '../../../src/infonet/chain/chain-file.ts';
import type { LogFiles } from '../../../src/infonet/chain/walk-log.ts';
import { fc } from '../../support/property.ts';

/** What happens to one call, counted over all calls that read, write, truncate or sync. */
export interface Fault {
  readonly call: number;
  readonly kind: 'fail' | 'kill' | 'lose power';
  /** How much of a write gets through before it. */
  readonly part: number;
}

/** Some faults of one process, many of them close together: a second one in the care for the first is the worst. */
export const anyFaults: fc.Arbitrary<readonly Fault[]> = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 })),
      kind: fc.constantFrom('fail' as const, 'fail' as const, 'kill' as const, 'lose power' as const),
      part: fc.constantFrom(0, 0.1, 0.5, 0.9, 1, 1),
    }),
    { maxLength: 5 },
  )
  .map((faults) => {
    let call = -1;
    return faults.map(({ gap, kind, part }) => {
      call += gap;
      return { call, kind, part };
    });
  });

/** The process or the machine ended in this call, and nothing it does afterwards has an effect. */
export class Ended extends Error {}

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };

const SECTOR = 512;

/** A file with what the system has of it, what the disk has, and what is on the way from one to the other. */
class SimulatedFile {
  cached: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  unsynced: Change[] = [];

  change(change: Change): void {
    this.cached = applied(this.cached, change);
    this.unsynced.push(change);
  }

  /** Of what was on the way, each sector arrives or does not. */
  losePower(arrives: () => boolean): void {
    for (const change of this.unsynced) {
      for (const part of 'size' in change ? [change] : sectorsOf(change)) {
        if (arrives()) this.durable = applied(this.durable, part);
      }
    }
    this.cached = this.durable;
    this.unsynced = [];
  }
}

/** Two files of a log on a disk that fails, is left by its process, or loses its power, by a script. */
export class SimulatedDisk {
  readonly events: SimulatedFile = new SimulatedFile();
  readonly tip: SimulatedFile = new SimulatedFile();

  /** The files as one process sees them. */
  open(faults: readonly Fault[], arrives: () => boolean): LogFiles<ChainFile> {
    let calls = 0;
    let hasEnded = false;
    const endIn = (fault: Fault): void => {
      hasEnded = true;
      if (fault.kind === 'lose power') for (const file of [this.events, this.tip]) file.losePower(arrives);
      throw new Ended(`${fault.kind} in call ${fault.call}`);
    };
    const act = <T>(whole: () => T, part: (share: number) => void = () => undefined): Promise<T> => {
      // As a promise that rejects.
      return Promise.resolve().then(() => {
        if (hasEnded) throw new Ended('it has ended');
        const fault = faults.find(({ call }) => call === calls);
        calls += 1;
        if (fault === undefined) return whole();
        part(fault.part);
        if (fault.kind !== 'fail') endIn(fault);
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', errno: -28 });
      });
    };
    const fileOf = (file: SimulatedFile): ChainFile => ({
      size: () => act(() => file.cached.length),
      read: (position, length) => act(() => Buffer.from(file.cached.subarray(position, position + length))),
      write: (bytes, position) => {
        const write = (length: number): void =>
          file.change({ at: position, bytes: Buffer.from(bytes.subarray(0, length)) });
        return act(
          () => write(bytes.length),
          (share) => write(Math.floor(bytes.length * share)),
        );
      },
      truncate: (size) =>
        act(
          () => file.change({ size }),
          (share) => share > 0.5 && file.change({ size }),
        ),
      sync: () =>
        act(
          () => {
            for (const change of file.unsynced) file.durable = applied(file.durable, change);
            file.unsynced = [];
          },
          // As Linux has it: what could not be written is clean afterwards, and the next sync does not try it again.
          (share) => {
            if (share > 0.5) file.unsynced = [];
          },
        ),
      isInPlace: async () => true,
      close: async () => undefined,
    });
    return { events: fileOf(this.events), tip: fileOf(this.tip), close: async () => undefined };
  }
}

function applied(content: Buffer, change: Change): Buffer {
  if ('size' in change) {
    const longer = Buffer.alloc(Math.max(0, change.size - content.length));
    return Buffer.concat([content.subarray(0, change.size), longer]);
  }
  const { at, bytes } = change;
  const result = Buffer.alloc(Math.max(content.length, at + bytes.length));
  content.copy(result);
  bytes.copy(result, at);
  return result;
}

function sectorsOf({ at, bytes }: { readonly at: number; readonly bytes: Buffer }): Change[] {
  const parts: Change[] = [];
  for (let start = at; start < at + bytes.length; ) {
    const end = Math.min((Math.floor(start / SECTOR) + 1) * SECTOR, at + bytes.length);
    parts.push({ at: start, bytes: bytes.subarray(start - at, end - at) });
    start = end;
  }
  return parts;
}
