import { systemNow } from '../../clock/system-ports.ts';
import { messageOf } from '../../policy/thrown.ts';
import { type GivenSettings, type ResolvedSettings, resolveSettings } from '../settings/resolve-settings.ts';
import { pick, policyKeys, type SettingKey, settingKeys, transportKeys } from '../settings/settings.ts';
import { withConfigured } from './open-node-storage.ts';
import type { Node } from './start-node.ts';
import { readTransport } from './transport.ts';

/** What is opened once at the start. */
const fixed: readonly SettingKey[] = settingKeys.filter(
  (key) => key !== 'peers' && ![...policyKeys, ...transportKeys].some((one) => one === key),
);

/**
 * Reads the config and the peers again and puts them in force; no wait is dropped. A config that is broken changes
 * nothing.
 *
 * @returns the settings in force afterwards
 */
export async function reloadNode(
  node: Node,
  given: GivenSettings,
  before: ResolvedSettings,
): Promise<ResolvedSettings> {
  const { worker, reporter } = node;
  try {
    const next = await resolveSettings(given);
    const transport = await readTransport(next.settings);
    const merged = await node.reread();
    node.setTransport(transport);
    worker.setPolicy(pick(next.settings, policyKeys));
    // In one step with the reading of the peers: a mark made in between would be lost.
    worker.setPeers(withConfigured(merged(worker.peers), next.settings.peers, systemNow()));
    const changed = settingKeys.filter(
      (key) => JSON.stringify(next.settings[key]) !== JSON.stringify(before.settings[key]),
    );
    const peers = worker.peers.filter(({ bucket }) => bucket === 'sync').length;
    const what = changed.length === 0 ? 'no setting changed' : `changed: ${changed.join(', ')}`;
    reporter.info(
      { event: 'node.reloaded', config: next.configFile, changed, peers },
      `read again; ${what}; ${peers} ${peers === 1 ? 'peer' : 'peers'}`,
    );
    const late = changed.filter((key) => fixed.includes(key));
    if (late.length > 0) {
      reporter.warn({ event: 'node.note', settings: late }, `${late.join(', ')}: in force after a restart`);
    }
    return next;
  } catch (error) {
    const reason = messageOf(error);
    reporter.error({ event: 'node.reload-failed' }, `not read again, what was in force stays: ${reason}`);
    return before;
  }
}
