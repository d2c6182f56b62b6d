import { ChainDamagedError } from './chain/chain-damaged-error.ts';
import { readChainFolder } from './chain/chain-folder.ts';
import type { ChainStore } from './chain/chain-store.ts';
import { walkLog } from './chain/walk-log.ts';
import { readEvent } from './events/infonet-event.ts';
import { textOf } from './events/payload-forms.ts';
import type { GateSummary } from './gate-summary.ts';
import { privateEvents } from './hydration/private-events.ts';
import { createTaskQueue } from './hydration/task-queue.ts';
import { readJson } from './json/read-json.ts';

/** A chain that keeps a directory of its gates. */
export interface GateTrackingChain extends ChainStore {
  /** The gates on the chain, most recently seen first. */
  gates(): readonly GateSummary[];
}

/** The gates on a chain, most recently seen first. */
export async function gateDirectory(chain: ChainStore): Promise<readonly GateSummary[]> {
  return (await trackGates(chain)).gates();
}

/**
 * The gates on the chain in a folder, most recently seen first, even while another process writes to it.
 *
 * @returns undefined if there is no chain
 * @throws ChainDamagedError if the log is damaged
 */
export async function readGateDirectory(folder: string): Promise<readonly GateSummary[] | undefined> {
  const files = await readChainFolder(folder);
  if (files === undefined) return undefined;
  const byName = new Map<string, GateSummary>();
  try {
    const { damage } = await walkLog(files, ({ type, text }) => {
      if (type === 'gate_message') count(byName, text);
      return undefined;
    });
    if (damage !== undefined) throw new ChainDamagedError(folder, `is damaged: ${damage}`);
    return lastSeenFirst(byName);
  } finally {
    await files.close();
  }
}

/** Wraps a chain to count its gates: from its first event now, and after each ingest. */
export async function trackGates(chain: ChainStore): Promise<GateTrackingChain> {
  const inTurn = createTaskQueue();
  const byName = new Map<string, GateSummary>();
  let last: string | undefined;

  const update = async (): Promise<void> => {
    for await (const page of privateEvents(chain, last)) {
      if (page.isAnew) byName.clear();
      for (const { type, text } of page.events) {
        if (type === 'gate_message') count(byName, Buffer.from(text));
      }
      last = page.last;
    }
  };

  await update();
  return {
    ...chain,
    ingest: async (events, options) => {
      const ingested = await chain.ingest(events, options);
      if (ingested.accepted > 0) await inTurn(update);
      return ingested;
    },
    reset: () =>
      inTurn(async () => {
        const place = await chain.reset();
        byName.clear();
        last = undefined;
        return place;
      }),
    gates: () => lastSeenFirst(byName),
  };
}

function lastSeenFirst(byName: ReadonlyMap<string, GateSummary>): readonly GateSummary[] {
  return [...byName.values()].sort((a, b) => b.lastSeen - a.lastSeen || (a.gate < b.gate ? -1 : 1));
}

function count(byName: Map<string, GateSummary>, text: Buffer): void {
  const { payload, timestamp } = readEvent(readJson(text));
  const gate = textOf(payload, 'gate');
  const { messages, lastSeen } = byName.get(gate) ?? { messages: 0, lastSeen: Number.NEGATIVE_INFINITY };
  byName.set(gate, { gate, messages: messages + 1, lastSeen: Math.max(lastSeen, Number(timestamp)) });
}
