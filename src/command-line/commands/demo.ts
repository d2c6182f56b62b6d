import { networkRefusal } from '../../infonet/peer-network.ts';
import { describe } from '../../policy/wire-fields.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import { pagesOf } from '../run/inspector-pages.ts';
import { peerUrl } from '../settings/setting-kinds.ts';
import { type AddCommand, command, option, readOption, settings } from './command.ts';

/** The longest delay of a Node timer. */
const MAX_SECONDS = 2_147_483;

/** Shows the demo. */
export const demo: AddCommand = command<{ peer?: readonly string[]; seconds?: number }>({
  name: 'demo',
  description: 'Show the worker in action against small peers on this machine; needs no network.',
  takes: [
    option(
      '--peer <URL...>',
      'pull from a real peer instead, by the default policy; to name it is to allow its network',
    ),
    readOption(
      '--seconds <SECONDS>',
      'end after so long, and not only by Ctrl-C',
      `a number above 0 and up to ${MAX_SECONDS}`,
      readDemoSeconds,
    ),
    ...settings('inspect', 'inspectControl', 'inspectStately', 'inspectClassic'),
  ],
  examples: ['demo', 'demo --inspect --inspect-control', 'demo --peer https://peer.example --seconds 60'],
  act: async ({ host, given: { peer = [], seconds }, settings }) => {
    const resolved = (await settings()).settings;
    const peers = [...new Set(peer.map(readDemoPeer))];
    const { inspect: port } = resolved;
    const inspect = port === false ? undefined : { port, ...(await pagesOf(resolved)) };
    const { runDemo } = await import('../../demo/run-demo.ts');
    const status = await runDemo(host, { peers, seconds, inspect });
    if (status !== 0) throw new CommandFailed(status);
  },
});

/** Reads the URL of a peer. Naming a peer allows its network, even clearnet. @throws CommandFailed @internal */
export function readDemoPeer(text: string): string {
  const url = peerUrl(text, '--peer');
  const refusal = networkRefusal(url, { allowClearnet: true });
  if (refusal === undefined) return url;
  throw new CommandFailed(USAGE, `--peer is ${describe(url)}: ${refusal}`);
}

/** Undefined if the text is not allowed. @internal */
export function readDemoSeconds(text: string): number | undefined {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : 0;
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : undefined;
}
