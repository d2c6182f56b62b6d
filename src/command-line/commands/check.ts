import { systemNow } from '../../clock/system-ports.ts';
import { CommandFailed } from '../exit-status.ts';
import { hasColour } from '../live-view/paint.ts';
import { readTransport } from '../run/transport.ts';
import { watchForEnd } from '../run/wait-for-end.ts';
import { transportKeys } from '../settings/settings.ts';
import { type AddCommand, command, option, settings } from './command.ts';

const unused: readonly string[] = ['maxPages', 'replaceForkedChain'];

/** One attempt at one peer, step by step. */
export const check: AddCommand = command<{ peer?: string }>({
  name: 'check',
  description:
    'Try one peer once, and tell each step: DNS, connection, TLS, status, Retry-After, page, events. Changes nothing.',
  takes: [
    option('--peer <URL>', 'the peer to try'),
    ...settings('data', ...transportKeys.filter((key) => !unused.includes(key))),
    option('--json', 'one JSON object, for programs'),
  ],
  examples: ['check --peer http://….onion', 'check --peer https://peer.example --allow-clearnet'],
  act: async ({ host, given, settings, need }) => {
    const peer = need(given.peer, '--peer <URL>');
    const resolved = (await settings()).settings;
    const transport = await readTransport(resolved);
    const { checkPeer } = await import('../check/check-peer.ts');
    const ending = new AbortController();
    const watch = watchForEnd(host);
    void watch.end.then(() => ending.abort(new Error('ended by a signal')));
    const status = await checkPeer(peer, {
      ...transport,
      folder: resolved.data,
      out: host.stdout,
      err: host.stderr,
      colour: hasColour(host.stdout, host.env),
      json: given.json === true,
      now: systemNow,
      signal: ending.signal,
    }).finally(() => watch.stop());
    if (status !== 0) throw new CommandFailed(status);
  },
});
