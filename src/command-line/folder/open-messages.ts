import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openDiskRecords } from '../../infonet/hydration/disk-records.ts';
import { createGateStore, type GateStore } from '../../infonet/hydration/gate-store.ts';
import { createMailbox, type Mailbox } from '../../infonet/hydration/mailbox.ts';
import type { RecordStore } from '../../infonet/hydration/records.ts';
import { messageOf } from '../../policy/thrown.ts';
import { ifMissing } from '../../storage/disk/storage-errors.ts';
import { CommandFailed, FOLDER } from '../exit-status.ts';

const MAILBOX = 'mailbox';
const GATES = 'gates';

/** Whether a data folder has a mailbox and a gate store. */
export async function hasMessages(data: string): Promise<boolean> {
  const found = await Promise.all(
    [MAILBOX, GATES].map((name) => stat(join(data, name)).catch(ifMissing(undefined))),
  );
  return found.every((one) => one !== undefined);
}

/** The mailbox in a data folder. @throws CommandFailed saying why it cannot be opened */
export async function openFolderMailbox(data: string): Promise<Mailbox> {
  return createMailbox({ records: await openRecords(join(data, MAILBOX)) });
}

/** The gate store in a data folder. @throws CommandFailed saying why it cannot be opened */
export async function openFolderGates(data: string): Promise<GateStore> {
  return createGateStore(await openRecords(join(data, GATES)));
}

function openRecords(folder: string): Promise<RecordStore> {
  return openDiskRecords(folder).catch((cause: unknown) => {
    throw new CommandFailed(FOLDER, messageOf(cause), { cause });
  });
}
