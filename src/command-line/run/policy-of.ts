import { defaultPolicy, type SyncPolicy } from '../../policy/sync-policy.ts';
import type { Settings } from '../settings/settings.ts';

/** The part of the settings that is the policy. */
export function policyOf(settings: Settings): SyncPolicy {
  const options = Object.keys(defaultPolicy) as (keyof SyncPolicy)[];
  const chosen = options.map((option) => [option, settings[option]]);
  return { ...defaultPolicy, ...Object.fromEntries(chosen) };
}
