import { findMessages, type KeptMessages, type MessageRequest } from '../../control/kept-messages.ts';
import { CommandFailed, FOLDER, USAGE } from '../exit-status.ts';
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
  readonly token?: string;
}

function ofBox(kind: 'poll' | 'claim', description: string): AddCommand {
  return command<BoxOptions>({
    name: kind,
    description,
    takes: [
      ...settings('data'),
      option('--recipient <ID>', 'the box of requests to this recipient'),
      option('--token <TOKEN>', 'the shared box of this recipient token'),
    ],
    examples: [`messages ${kind} --recipient ID --data ./sync-data`],
    act: async (call) => {
      const { recipient, token } = call.given;
      if ((recipient === undefined) === (token === undefined)) {
        throw new CommandFailed(USAGE, 'name the box by one of --recipient and --token');
      }
      await printMessages(
        call,
        token === undefined
          ? { kind, deliveryClass: 'request', key: recipient ?? '' }
          : { kind, deliveryClass: 'shared', key: token },
      );
    },
  });
}

const gate = command<{ readonly after: number; readonly limit: number }>({
  name: 'gate',
  description: 'The messages of a gate, in the order in which they came.',
  takes: [
    argument('<NAME>', 'the gate'),
    ...settings('data'),
    wholeNumberOption('--after <COUNT>', 'leave out so many', 0).default(0),
    wholeNumberOption('--limit <COUNT>', 'at most so many', 1).default(100),
  ],
  examples: ['messages gate NAME --data ./sync-data'],
  act: (call) => {
    const { after, limit } = call.given;
    return printMessages(call, { kind: 'gate', gate: call.operands[0] ?? '', after, limit });
  },
});

/** The messages that a node keeps for their readers. */
export const messages: AddCommand = commandGroup(
  {
    name: 'messages',
    description:
      'Read what run --hydrate keeps, one JSON object a line, sealed as it came; whether a worker runs or not.',
    examples: ['messages poll --recipient ID --data ./sync-data'],
  },
  [
    ofBox('poll', 'The direct messages that wait in a box, oldest first; they stay there.'),
    ofBox('claim', 'Take the direct messages out of a box; they do not come again.'),
    gate,
  ],
);

async function printMessages(call: CommandCall<unknown>, request: MessageRequest): Promise<void> {
  const { settings: held } = await call.settings();
  await checkFolder(held.data);
  const control = await reachWorker(held, call.host);
  const found = await (control === undefined
    ? withFolder(held.data, (kept) => findMessages(kept, request))
    : control.messages(request));
  for (const message of found) call.print(asciiJson(message));
}

async function withFolder<T>(data: string, act: (kept: KeptMessages) => Promise<T>): Promise<T> {
  if (!(await hasMessages(data))) {
    throw new CommandFailed(
      FOLDER,
      `no messages are kept in ${data}; keep them with: sync-worker run --hydrate --data ${data}`,
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
