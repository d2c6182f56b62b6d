import fc from 'fast-check';
import type { LoadFault, SaveFault, StorageFaults } from '../storage/storage-faults.ts';

/** Milliseconds: in time, around the 30 s after which a save counts as hung, and far above. */
const slowMs = fc.oneof(
  fc.integer({ min: 1, max: 20_000 }),
  fc.integer({ min: 29_000, max: 31_000 }),
  fc.integer({ min: 31_000, max: 400_000 }),
);

const save: fc.Arbitrary<SaveFault> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('works' as const) },
  { weight: 3, arbitrary: fc.constantFrom<SaveFault>('throws', 'tears', 'forgets', 'hangs') },
  { weight: 1, arbitrary: fc.record({ slowMs }) },
);

const load: fc.Arbitrary<LoadFault> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('works' as const) },
  { weight: 3, arbitrary: fc.constantFrom<LoadFault>('throws', 'forgets', 'older', 'malformed', 'hangs') },
  { weight: 1, arbitrary: fc.record({ slowMs }) },
);

/** Faults of a storage. They shrink to none. */
export function storageFaults(): fc.Arbitrary<StorageFaults> {
  return fc.record(
    {
      saves: fc.array(save, { maxLength: 10 }),
      loads: fc.array(load, { maxLength: 3 }),
      full: fc.record({ fromMs: fc.nat(1_000_000), forMs: fc.nat(600_000) }),
    },
    { requiredKeys: [] },
  );
}
