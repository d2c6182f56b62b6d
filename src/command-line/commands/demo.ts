import { CommandFailed, usage } from '../exit-status.ts';
import { pagesOf } from '../run/inspector-pages.ts';
import { type AddCommand, command, option, settings } from './command.ts';

/** The tour. */
export const demo: AddCommand = command<{ peer?: readonly string[]; seconds?: string }>({
  name: 'demo',
  description: 'Show the worker at work: a tour against small peers on this machine, without a network.',
  takes: [
    option(
      '--peer <URL...>',
      'pull from a real peer instead, by the default policy; to name it is to allow its network',
    ),
    option('--seconds <SECONDS>', 'end after so long, and not only by Ctrl-C'),
    ...settings('inspect', 'inspectControl', 'inspectStately', 'inspectClassic'),
  ],
  examples: ['demo', 'demo --inspect --inspect-control', 'demo --peer https://peer.example --seconds 60'],
  act: async ({ host, given: { peer = [], seconds }, settings }) => {
    const resolved = (await settings()).settings;
    const { readDemoPeers, readDemoSeconds } = await import('../../demo/demo-options.ts');
    const { runDemo } = await import('../../demo/run-demo.ts');
    const wanted = usage(() => ({
      peers: readDemoPeers(peer),
      seconds: seconds === undefined ? undefined : readDemoSeconds(seconds),
    }));
    const { inspect: port } = resolved;
    const inspect = port === false ? undefined : { port, ...(await pagesOf(resolved)) };
    const status = await runDemo(host, { ...wanted, inspect });
    if (status !== 0) throw new CommandFailed(status);
  },
});
