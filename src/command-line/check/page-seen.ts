import { readSyncPage } from '../../infonet/pull/sync-page.ts';
import type { PageSeen } from './check-report.ts';

/** What a body is as a page; how far it can be read. */
export function pageSeen(body: Uint8Array, limit: number): PageSeen {
  try {
    const { events, headHash, forked } = readSyncPage(body, limit);
    const isFull = events.length === limit;
    return { bytes: body.length, events: events.length, head: headHash, forked, isFull };
  } catch {
    // Why it is no page, the attempt itself has said.
    return { bytes: body.length, events: undefined, head: undefined, forked: undefined, isFull: false };
  }
}
