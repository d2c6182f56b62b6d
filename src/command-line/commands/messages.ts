import { readFile } from 'node:fs/promises';
import {
  findMessages,
  type KeptMessage,
  type KeptMessages,
  type MessageRequest,
} from '../../control/kept-messages.ts';
import type { MailboxAddress } from '../../infonet/events/message-spool.ts';
import { messageOf } from '../../policy/thrown.ts';
import { CommandFailed, FAILED, FOLDER, USAGE } from '../exit-status.ts';
import { hasMessages, openFolderGates, openFolderMailbox } from '../folder/open-messages.ts';
import { reachWorker } from '../folder/reach-node.ts';
import { checkFolder } from '../folder/read-folder.ts';
import {
  type AddCommand,
  argument,
  type CommandCall,
  command,
  commandGroup,
  option,
  settings,
  wholeNumberOption,
} from './command.ts';

interface BoxOptions {
  readonly recipient?: string;
  readonly tokenFile?: string;
}

function ofBox(kind: 'poll' | 'claim', description: string): AddCommand {
  return command<BoxOptions>({
    name: kind,
    description,
    takes: [
      ...settings('data'),
      option('--recipient <ID>', 'the request mailbox of this recipient'),
      // Not the token itself: every user of the machine sees the arguments of a process.
      option('--token-file <FILE>', 'the shared mailbox of the recipient token in this file'),
    ],
    examples: [`messages ${kind} --recipient ID --data ./sync-data`],
    act: async (call) => {
      const box = await boxOf(call.given);
      const printed = await printMessages(call, { kind: 'poll', ...box });
      if (kind === 'poll' || printed.length === 0) return;
      // A message that could not be written must stay.
      await call.written().catch((cause: unknown) => {
        throw new CommandFailed(FAILED, `the messages stay in the mailbox: ${messageOf(cause)}`, { cause });
      });
      await findIn(call, { kind: 'claim', ...box, eventIds: printed.map(({ eventId }) => eventId) });
    },
  });
}

/** @throws CommandFailed */
async function boxOf({ recipient, tokenFile }: BoxOptions): Promise<MailboxAddress> {
  if (recipient !== undefined && tokenFile === undefined) {
    return { deliveryClass: 'request', key: recipient };
  }
  if (recipient !== undefined || tokenFile === undefined) {
    throw new CommandFailed(USAGE, 'give the mailbox by either --recipient or --token-file');
  }
  const text = await readFile(tokenFile, 'utf8').catch((cause: unknown) => {
    throw new CommandFailed(USAGE, `--token-file cannot be read: ${messageOf(cause)}`, { cause });
  });
  const token = text.trim();
  if (token === '') throw new CommandFailed(USAGE, `there is no token in ${tokenFile}`);
  return { deliveryClass: 'shared', key: token };
}

const gate = command<{ readonly after: number; readonly limit: number }>({
  name: 'gate',
  description: 'Print the messages of a gate, oldest first.',
  takes: [
    argument('<NAME>', 'the name of the gate'),
    ...settings('data'),
    wholeNumberOption('--after <COUNT>', 'skip this many messages', 0).default(0),
    wholeNumberOption('--limit <COUNT>', 'print at most this many', 1).default(100),
  ],
  examples: ['messages gate NAME --data ./sync-data'],
  act: async (call) => {
    const { after, limit } = call.given;
    await printMessages(call, { kind: 'gate', gate: call.operands[0] ?? '', after, limit });
  },
});

/** The messages that a node keeps for their readers. */
export const messages: AddCommand = commandGroup(
  {
    name: 'messages',
    description:
      'Read the messages that run --hydrate delivers, one JSON object per line, still encrypted. Works whether a worker runs or not.',
    examples: ['messages poll --recipient ID --data ./sync-data'],
  },
  [
    ofBox('poll', 'Print the direct messages in a mailbox, oldest first, and keep them there.'),
    ofBox('claim', 'Print the direct messages in a mailbox, and remove them once they are written.'),
    gate,
  ],
);

async function printMessages(
  call: CommandCall<unknown>,
  request: MessageRequest,
): Promise<readonly KeptMessage[]> {
  const found = await findIn(call, request);
  for (const message of found) call.print(asciiJson(message));
  return found;
}

/** Asks the node that runs on the folder; if none does, opens the folder. */
async function findIn(call: CommandCall<unknown>, request: MessageRequest): Promise<readonly KeptMessage[]> {
  const { settings: held } = await call.settings();
  await checkFolder(held.data);
  const control = await reachWorker(held, call.host);
  return control === undefined
    ? withFolder(held.data, (kept) => findMessages(kept, request))
    : control.messages(request);
}

async function withFolder<T>(data: string, act: (kept: KeptMessages) => Promise<T>): Promise<T> {
  if (!(await hasMessages(data))) {
    throw new CommandFailed(
      FOLDER,
      `there are no messages in ${data}; to keep them: sync-worker run --hydrate --data ${data}`,
    );
  }
  const mailbox = await openFolderMailbox(data);
  try {
    const gateStore = await openFolderGates(data);
    return await act({ mailbox, gateStore }).finally(() => gateStore.close());
  } finally {
    await mailbox.close();
  }
}

/** All but printable ASCII escaped: nothing in it moves a terminal's cursor. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
