import { join } from 'node:path';
import { openDiskRecords } from '../../infonet/hydration/disk-records.ts';
import { createGateStore, type GateStore } from '../../infonet/hydration/gate-store.ts';
import { createMailbox, type Mailbox } from '../../infonet/hydration/mailbox.ts';
import type { RecordStore } from '../../infonet/hydration/records.ts';
import { messageOf } from '../../policy/thrown.ts';
import { CommandFailed, FOLDER } from '../exit-status.ts';

/** The mailbox in a data folder. @throws CommandFailed saying why it cannot be opened */
export async function openFolderMailbox(data: string): Promise<Mailbox> {
  return createMailbox({ records: await openRecords(join(data, 'mailbox')) });
}

/** The gate store in a data folder. @throws CommandFailed saying why it cannot be opened */
export async function openFolderGates(data: string): Promise<GateStore> {
  return createGateStore(await openRecords(join(data, 'gates')));
}

function openRecords(folder: string): Promise<RecordStore> {
  return openDiskRecords(folder).catch((cause: unknown) => {
    throw new CommandFailed(FOLDER, messageOf(cause), { cause });
  });
}
