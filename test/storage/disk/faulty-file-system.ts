import type { FileHandle } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { type FileSystem, systemPorts } from '../../../src/storage/disk/file-system.ts';
import { fc } from '../../support/property.ts';

/** From which call on a disk fails, for how many calls, and how. */
export interface Fault {
  readonly after: number;
  readonly calls: number;
  readonly code: 'ENOSPC' | 'EDQUOT' | 'EROFS' | 'EIO' | 'EACCES';
}

export const anyFault: fc.Arbitrary<Fault> = fc.record({
  after: fc.nat({ max: 40 }),
  calls: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100 })),
  code: fc.constantFrom<Fault['code'][]>('ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES'),
});

/** A disk that fails by a script. A write that fails has written the half of what it was given. */
export interface FaultyFileSystem {
  readonly fs: FileSystem;
  /** Counts its calls from now on. Undefined: it works. */
  fail(fault: Fault | undefined): void;
}

export function createFaultyFileSystem(): FaultyFileSystem {
  let fault: Fault | undefined;
  let calls = 0;
  const fails = (): Error | undefined => {
    calls += 1;
    if (fault === undefined || calls <= fault.after || calls > fault.after + fault.calls) return undefined;
    const [errno] = [...getSystemErrorMap()].find(([, [name]]) => name === fault?.code) ?? [-5];
    return Object.assign(new Error(`${fault.code}: simulated`), { code: fault.code, errno });
  };
  const wrapped = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (_, name) => {
        const real: unknown = Reflect.get(target, name);
        // A file is closed even where the disk says that it was not.
        if (typeof real !== 'function' || name === 'close')
          return typeof real === 'function' ? real.bind(target) : real;
        return async (...args: unknown[]) => {
          const error = fails();
          if (error !== undefined) {
            const [content] = args;
            if (name === 'writeFile' && content instanceof Uint8Array)
              await (target as unknown as FileHandle).writeFile(content.subarray(0, content.length / 2));
            throw error;
          }
          const result: unknown = await real.apply(target, args);
          return name === 'open' ? wrapped(result as FileHandle) : result;
        };
      },
    });
  return {
    fs: wrapped({ ...systemPorts.fs }),
    fail: (next) => {
      [fault, calls] = [next, 0];
    },
  };
}
