import type { Command } from 'commander';
import { messageOf } from '../../policy/thrown.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { pagesOf } from '../run/inspector-pages.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** `demo`: the tour. */
export function addDemo(program: Command, host: Host): void {
  const command = program
    .command('demo')
    .description('Show the worker at work: a tour against small peers on this machine, without a network.')
    .option(
      '--peer <URL...>',
      'pull from a real peer instead, by the default policy; to name it is to allow its network',
    )
    .option('--seconds <SECONDS>', 'end after so long, and not only by Ctrl-C');
  addSettings(command, ['inspect', 'inspectControl', 'inspectStately', 'inspectClassic']);
  withExamples(command, [
    'sync-worker demo',
    'sync-worker demo --inspect --inspect-control',
    'sync-worker demo --peer https://peer.example --seconds 60',
  ]);
  does(command, async () => {
    const { peer = [], seconds } = command.opts<{ peer?: string[]; seconds?: string }>();
    const { settings } = await settingsOf(command, host);
    const { readDemoPeers, readDemoSeconds } = await import('../../demo/demo-options.ts');
    const { runDemo } = await import('../../demo/run-demo.ts');
    const wanted = usage(() => ({
      peers: readDemoPeers(peer),
      seconds: seconds === undefined ? undefined : readDemoSeconds(seconds),
    }));
    const { inspect: port } = settings;
    const inspect = port === false ? undefined : { port, ...(await pagesOf(settings)) };
    const status = await runDemo(host, { ...wanted, inspect });
    if (status !== 0) throw new CommandFailed(status);
  });
}

function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandFailed(USAGE, messageOf(error), { cause: error });
  }
}
