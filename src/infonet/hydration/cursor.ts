import type { RecordStore } from './records.ts';

const CURSOR_KEY = 'cursor';

/** How far on a chain a mailbox or a gate store has come, kept beside its messages. */
export interface Cursor {
  cursor(): Promise<string | undefined>;
  keepCursor(eventId: string): Promise<void>;
}

export function createCursor(records: RecordStore): Cursor {
  return {
    cursor: () => records.get(CURSOR_KEY),
    keepCursor: (eventId) => records.write({ [CURSOR_KEY]: eventId }),
  };
}
