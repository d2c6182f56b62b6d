import { closeSync, openSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  type ChainStore,
  createEventAuthor,
  createGateStore,
  createInfonetPeer,
  createMailbox,
  createMemoryChain,
  type DirectMessage,
  type GateMessage,
  openDiskChain,
  openDiskRecords,
} from '../../src/infonet/index.ts';
import { directPayload, gatePayload } from '../infonet/payloads.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { canTrace } from '../support/can-trace.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram, type StartedProgram, startProgram } from './started-program.ts';

const program = await buildCommandLine();
const box = { deliveryClass: 'request', key: 'recipient-1' } as const;

/** A peer with a direct message and a gate message on its chain. */
async function privatePeer(): Promise<{
  readonly url: string;
  readonly chain: ChainStore;
  readonly ids: string[];
}> {
  const chain = createMemoryChain();
  const ids = [
    await createEventAuthor().appendDirectMessage(chain, directPayload(), 1_700_000_001),
    await createEventAuthor().appendGateMessage(chain, gatePayload(), 1_700_000_002),
  ];
  const peer = await createInfonetPeer({ chain, private: true });
  onTestFinished(() => peer.close());
  return { url: peer.url, chain, ids };
}

/** A new node on this folder, once it has asked its peer. */
async function pulled(path: string, url: string, args: readonly string[]): Promise<StartedProgram> {
  const node = startProgram(program, ['run', '--peer', url, '--data', path, ...args]);
  await node.line('run.finished');
  return node;
}

/** A node that starts again: it delivers before it starts, and may not ask anybody for minutes. */
async function startedAgain(path: string, args: readonly string[] = []): Promise<StartedProgram> {
  const node = startProgram(program, ['run', '--data', path, '--hydrate', ...args]);
  await node.line('node.started');
  return node;
}

async function end(node: StartedProgram, signal: NodeJS.Signals): Promise<void> {
  node.signal(signal);
  await node.ended;
}

/** What lies in the folder of a node that does not run; what is claimed is gone. */
async function messagesIn(
  path: string,
  how: 'poll' | 'claim',
): Promise<{ readonly direct: readonly DirectMessage[]; readonly gate: readonly GateMessage[] }> {
  const mailbox = createMailbox({ records: await openDiskRecords(join(path, 'mailbox')) });
  const gateStore = createGateStore(await openDiskRecords(join(path, 'gates')));
  const found = { direct: await mailbox[how](box), gate: await gateStore.messages('ops') };
  await mailbox.close();
  await gateStore.close();
  return found;
}

const idsOf = (messages: readonly { readonly eventId: string }[]): string[] =>
  messages.map(({ eventId }) => eventId);

test('run --hydrate keeps each message once, over SIGKILL, a restart and its claim, and shows none of it', async () => {
  const { path } = await tempFolder();
  const { url, ids } = await privatePeer();
  await end(await pulled(path, url, ['--hydrate']), 'SIGKILL');
  const node = await startedAgain(path, ['--log-level', 'debug']);
  await end(node, 'SIGTERM');
  const { direct, gate } = await messagesIn(path, 'claim');
  expect([...idsOf(direct), ...idsOf(gate)]).toEqual(ids);
  expect(direct[0]).toMatchObject({ messageId: 'dm-1', ciphertext: directPayload()['ciphertext'] });
  const { stdout, stderr } = await node.ended;
  for (const secret of [
    'recipient-1',
    String(directPayload()['ciphertext']),
    String(gatePayload()['ciphertext']),
  ]) {
    expect(stdout + stderr).not.toContain(secret);
  }
  await end(await startedAgain(path), 'SIGKILL');
  const after = await messagesIn(path, 'poll');
  expect([idsOf(after.direct), idsOf(after.gate)]).toEqual([[], ids.slice(1)]);
});

test('what a node without --hydrate has pulled is delivered as soon as it is started with it', async () => {
  const { path } = await tempFolder();
  const { url, ids } = await privatePeer();
  await end(await pulled(path, url, []), 'SIGKILL');
  await end(await startedAgain(path), 'SIGTERM');
  const { direct, gate } = await messagesIn(path, 'poll');
  expect([...idsOf(direct), ...idsOf(gate)]).toEqual(ids);
});

test.skipIf(!canTrace('a kill between the chain and the mailbox'))(
  'a node that is killed between the chain and the mailbox delivers at its next start',
  async () => {
    const { path } = await tempFolder();
    const { url, ids } = await privatePeer();
    // The file of the path that is traced must be there.
    await (await openDiskRecords(join(path, 'mailbox'))).close();
    const file = join(path, 'mailbox', 'records.log');
    const kill = ['-P', file, '-e', 'trace=pwrite64', '-e', 'inject=pwrite64:signal=SIGKILL:when=1'];
    const node = startProgram(program, ['run', '--peer', url, '--data', path, '--hydrate'], {
      command: ['strace', '-f', '-qq', '-o', '/dev/null', ...kill, process.execPath],
    });
    expect(await node.ended).toMatchObject({ signal: 'SIGKILL' });
    const chain = await openDiskChain(join(path, 'chain'));
    expect(chain.head()).toBe(ids.at(-1));
    await chain.close();
    await end(await startedAgain(path), 'SIGKILL');
    const { direct, gate } = await messagesIn(path, 'claim');
    expect([...idsOf(direct), ...idsOf(gate)]).toEqual(ids);
  },
);

/** What `sync-worker messages` prints of the folder. */
async function printed(path: string, ...args: readonly string[]): Promise<Record<string, unknown>[]> {
  const { status, stdout, stderr } = await runProgram(program, ['messages', ...args, '--data', path]);
  expect([status, stderr]).toEqual([0, '']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('sync-worker messages reads and claims them, of a running node and of one that is stopped', async () => {
  const { path } = await tempFolder();
  const { url, ids } = await privatePeer();
  const node = await pulled(path, url, ['--hydrate']);
  await node.line('node.control');
  const ofRecipient = ['--recipient', 'recipient-1'];
  const running = await printed(path, 'poll', ...ofRecipient);
  expect(running).toMatchObject([{ eventId: ids[0], ciphertext: directPayload()['ciphertext'] }]);
  const tokenFile = join(path, 'token');
  await writeFile(tokenFile, 'recipient-1\n');
  expect(await printed(path, 'poll', '--token-file', tokenFile)).toEqual([]);
  const inGate = await printed(path, 'gate', 'ops');
  expect(inGate).toMatchObject([{ eventId: ids[1], ciphertext: gatePayload()['ciphertext'] }]);
  await end(node, 'SIGTERM');
  expect(await printed(path, 'poll', ...ofRecipient)).toEqual(running);
  expect(await printed(path, 'claim', ...ofRecipient)).toEqual(running);
  const again = await startedAgain(path);
  await again.line('node.control');
  expect(await printed(path, 'claim', ...ofRecipient)).toEqual([]);
  expect(await printed(path, 'gate', 'ops', '--after', '1')).toEqual([]);
});

test('a claim whose output cannot be written leaves the messages in the box, of a running node and of one that is stopped', async () => {
  const { path } = await tempFolder();
  const { url, ids } = await privatePeer();
  const node = await pulled(path, url, ['--hydrate']);
  await node.line('node.control');
  const ofRecipient = ['--recipient', 'recipient-1'];
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const claim = ['messages', 'claim', ...ofRecipient, '--data', path];
  const failed = { status: 1, stderr: expect.stringContaining('error: the messages stay in the mailbox: ') };
  expect(await runProgram(program, claim, { stdout: full })).toMatchObject(failed);
  await end(node, 'SIGTERM');
  expect(await runProgram(program, claim, { stdout: full })).toMatchObject(failed);
  expect(idsOf((await messagesIn(path, 'poll')).direct)).toEqual(ids.slice(0, 1));
});

test('sync-worker messages says how to keep them, of a node without --hydrate, running or stopped', async () => {
  const { path } = await tempFolder();
  const node = startProgram(program, ['run', '--data', path]);
  await node.line('node.control');
  const args = ['messages', 'poll', '--recipient', 'r', '--data', path];
  const running = await runProgram(program, args);
  expect(running).toMatchObject({ status: 1, stdout: '' });
  expect(running.stderr).toContain('The worker keeps no messages; start it with --hydrate');
  await end(node, 'SIGTERM');
  const stopped = await runProgram(program, args);
  expect(stopped).toMatchObject({ status: 3, stdout: '' });
  expect(stopped.stderr).toContain('to keep them: sync-worker run --hydrate');
});

test.for([
  [[], 'give the mailbox by either --recipient or --token-file'],
  [['--recipient', 'r', '--token-file', 'token'], 'give the mailbox by either --recipient or --token-file'],
  [['--token-file', 'nowhere'], '--token-file cannot be read: ENOENT'],
  [['--token-file', '/dev/null'], 'there is no token in /dev/null'],
] as const)('sync-worker messages poll %j has status 2 and says: %s', async ([args, said]) => {
  const { status, stdout, stderr } = await runProgram(program, ['messages', 'poll', ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(said);
});

test('a mailbox that is damaged, or that another process has open, keeps the node from starting: status 3, and why', async () => {
  const { path } = await tempFolder();
  const mailbox = await openDiskRecords(join(path, 'mailbox'));
  const locked = await runProgram(program, ['run', '--data', path, '--hydrate']);
  expect(locked).toMatchObject({ status: 3, stdout: '' });
  expect(locked.stderr).toContain(`the records in ${join(path, 'mailbox')} cannot be opened`);
  await mailbox.close();
  await appendFile(join(path, 'mailbox', 'records.log'), 'no line of ours\n');
  const damaged = await runProgram(program, ['run', '--data', path, '--hydrate']);
  expect(damaged).toMatchObject({ status: 3, stdout: '' });
  expect(damaged.stderr).toContain('line 1 of records.log is damaged; move the file aside');
});
