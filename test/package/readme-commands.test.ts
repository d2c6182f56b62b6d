import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createInfonetPeer, createMemoryChain } from '../../src/infonet/index.ts';
import { recordedEvents } from '../infonet/recorded-exchanges.ts';
import { runCommand } from './run-command.ts';

/** Inside the project the package was installed into, where npx finds the command. */
const folder = await mkdtemp(join(inject('consumer'), 'commands-'));

/** The lines of a block of a room's README, without the comments behind them. */
async function commands(room: string, name: string): Promise<string[]> {
  const readme = await readFile(new URL(`../../src/${room}/README.md`, import.meta.url), 'utf8');
  const [, block = ''] =
    new RegExp(`<!-- commands: ${name} -->\n\`\`\`sh\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  return block
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s{2,}#.*$/, ''));
}

/** Starts a command that does not end by itself; gives the first line that says it is ready. */
async function start(
  command: string,
  isReady: RegExp,
): Promise<{ ready: string; stop(): Promise<number | null> }> {
  // A group of its own: a signal is for npx and for what it started, as Ctrl-C is.
  const child: ChildProcess = spawn('sh', ['-c', `exec ${command}`], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let isOver = false;
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  void ended.then(() => {
    isOver = true;
  });
  const stop = (): Promise<number | null> => {
    if (!isOver && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    return ended;
  };
  onTestFinished(async () => void (await stop()));
  if (child.stdout === null) throw new Error('it has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!isReady.test(line)) continue;
    child.stdout.resume();
    return { ready: line, stop };
  }
  throw new Error(`${command} ended before it was ready`);
}

test('the printed commands run a node, ask it, and change its peers, as they are printed', async () => {
  const chain = createMemoryChain();
  await chain.ingest(recordedEvents.slice(0, 7));
  const peer = await createInfonetPeer({ chain });
  onTestFinished(peer.close);
  const [run = '', ...beside] = (await commands('command-line', 'node')).map((line) =>
    line.replaceAll('http://127.0.0.1:8080', peer.url),
  );
  const node = await start(run, /"event":"run\.finished"/);
  expect(node.ready).toContain('"outcome":"ok"');
  const said: string[] = [];
  for (const line of beside) said.push(await runCommand('sh', ['-c', line], folder));
  const [status, why, syncNow, added, check, curl] = said;
  expect(status).toMatch(/^chain +7 events$/m);
  expect(why).toMatch(/^The last run ended well at /);
  expect(syncNow).toMatch(/^Asked for\. /);
  expect(added).toBe('http://127.0.0.1:8081 added\n');
  expect(check).toContain('7 events');
  expect(curl).toMatch(/^The (last run|worker) /);
  expect(said).toHaveLength(6);
  await node.stop();
});

test('each of the printed commands shows the demo in the browser', async () => {
  const lines = await commands('inspect', 'see');
  expect(lines).toHaveLength(3);
  const invitations = [/watch it at (\S+)/, /or at (\S+stately)/, /or at (\S+classic)/];
  for (const [index, line] of lines.entries()) {
    const demo = await start(line, invitations[index] ?? expect.fail());
    expect(demo.ready).toContain('http');
    const page = await fetch('http://127.0.0.1:9465/');
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<svg')]);
    await demo.stop();
  }
});
