import type { ResolvedSettings } from './resolve-settings.ts';
import { settingKeys } from './setting-table.ts';

/** The settings that hold, each with where it comes from: without what follows `//`, a config file. */
export function printConfig({ settings, from }: ResolvedSettings): string {
  const lines = settingKeys.map((key, index) => {
    const comma = index === settingKeys.length - 1 ? '' : ',';
    return { line: `  ${JSON.stringify(key)}: ${JSON.stringify(settings[key])}${comma}`, from: from[key] };
  });
  const width = Math.max(...lines.map(({ line }) => line.length));
  return ['{', ...lines.map(({ line, from }) => `${line.padEnd(width)}  // ${from}`), '}'].join('\n');
}
