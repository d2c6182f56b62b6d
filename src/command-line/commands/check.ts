import { systemNow } from '../../clock/system-ports.ts';
import { reportLines } from '../check/check-report.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { hasColour } from '../live-view/paint.ts';
import { readTransport } from '../run/transport.ts';
import { watchForEnd } from '../run/wait-for-end.ts';
import { transportKeys } from '../settings/settings.ts';
import { type AddCommand, command, option, settings } from './command.ts';

const unused: readonly string[] = ['maxPages', 'replaceForkedChain'];

/** Tries one peer once, and reports each step. */
export const check: AddCommand = command<{ peer?: string }>({
  name: 'check',
  description:
    'Ask one peer once and report each step: DNS, connection, TLS, status, Retry-After, page, events. Read-only.',
  takes: [
    option('--peer <URL>', 'the peer to ask'),
    ...settings('data', ...transportKeys.filter((key) => !unused.includes(key))),
    option('--json', 'print JSON'),
  ],
  examples: ['check --peer http://….onion', 'check --peer https://peer.example --allow-clearnet'],
  act: async ({ host, given, settings, need, print }) => {
    const peer = need(given.peer, '--peer <URL>');
    const resolved = (await settings()).settings;
    const transport = await readTransport(resolved);
    const { checkPeer } = await import('../check/check-peer.ts');
    const isJson = given.json === true;
    const ending = new AbortController();
    const watch = watchForEnd(host);
    void watch.end.then(() => ending.abort(new Error('ended by a signal')));
    const report = await checkPeer(peer, {
      ...transport,
      folder: resolved.data,
      now: systemNow,
      signal: ending.signal,
      onAsking: (address) => {
        if (!isJson) print(`Asking ${address}, once; nothing is changed.`);
      },
    }).finally(() => watch.stop());
    print(
      isJson
        ? JSON.stringify(report, inTenths)
        : reportLines(report, hasColour(host.stdout, host.env)).join('\n'),
    );
    if (!report.wouldServe) throw new CommandFailed(FAILED);
  },
});

/** Rounds durations: the clock has more digits than are useful. */
function inTenths(key: string, value: unknown): unknown {
  return typeof value === 'number' && /^(ms|totalMs)$/.test(key) ? Math.round(value * 10) / 10 : value;
}
