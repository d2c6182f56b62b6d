import type { Command } from 'commander';
import { systemNow } from '../../clock/system-ports.ts';
import { CommandFailed } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { hasColour } from '../live-view/paint.ts';
import { readTransport } from '../run/transport.ts';
import { watchForEnd } from '../run/wait-for-end.ts';
import type { SettingKey } from '../settings/settings.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

const used: readonly SettingKey[] = [
  'data',
  'allowClearnet',
  'socksProxy',
  'requestTimeoutMs',
  'onionConnectTimeoutMs',
  'onionRequestTimeoutMs',
  'maxBodyBytes',
  'pageLimit',
  'ca',
];

/** `check`: one attempt at one peer, step by step. */
export function addCheck(program: Command, host: Host): void {
  const command = program
    .command('check')
    .description(
      'Try one peer once, and tell each step: DNS, connection, TLS, status, Retry-After, page, events. Changes nothing.',
    )
    .option('--peer <URL>', 'the peer to try');
  addSettings(command, used);
  command.option('--json', 'one JSON object, for programs');
  withExamples(command, [
    'sync-worker check --peer http://….onion',
    'sync-worker check --peer https://peer.example --allow-clearnet',
  ]);
  does(command, async () => {
    const { peer, json } = command.opts<{ peer?: string; json?: boolean }>();
    // Not left to the parser: it would say so of `--pear URL` too, and not that there is no such flag.
    if (peer === undefined) return command.error("error: required option '--peer <URL>' not specified");
    const { settings } = await settingsOf(command, host);
    const { replaceForkedChain: _merge, maxPages: _pages, ...transport } = await readTransport(settings);
    const { checkPeer } = await import('../check/check-peer.ts');
    const ending = new AbortController();
    const watch = watchForEnd(host);
    void watch.end.then(() => ending.abort(new Error('ended by a signal')));
    const status = await checkPeer(peer, {
      ...transport,
      folder: settings.data,
      out: host.stdout,
      err: host.stderr,
      colour: hasColour(host.stdout, host.env),
      json: json === true,
      now: systemNow,
      signal: ending.signal,
    }).finally(() => watch.stop());
    if (status !== 0) throw new CommandFailed(status);
  });
}
