import { Argument, type Command, Option } from 'commander';
import { safeValue } from '../../policy/safe-text.ts';
import { describe } from '../../policy/wire-fields.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { type GivenSettings, type ResolvedSettings, resolveSettings } from '../settings/resolve-settings.ts';
import { flagOf, type Setting, type SettingKey, settingKeys, settingTable } from '../settings/settings.ts';

/** Adds a command or a group of commands to a parent. */
export type AddCommand = (parent: Command, host: Host) => void;

/** A command: its help, its arguments and options, and its action. */
export interface CommandDefinition<Given> {
  readonly name: string;
  readonly description: string;
  /** In the order of the help. */
  readonly takes?: readonly (Argument | Option)[];
  /** Printed below the options. */
  readonly notes?: string;
  /** Without `sync-worker` at the start. */
  readonly examples: readonly string[];
  readonly act: (call: CommandCall<Given>) => Promise<void>;
}

/** One call of a command. */
export interface CommandCall<Given> {
  readonly host: Host;
  /** The parsed options. */
  readonly given: Given & { readonly json?: boolean };
  /** The arguments that are not options. */
  readonly operands: readonly string[];
  /** The settings given by flags. */
  readonly said: GivenSettings;
  /** Resolves the effective settings. @throws CommandFailed */
  settings(): Promise<ResolvedSettings>;
  /** Requires an option. The parser cannot do this: after a misspelt option it would complain about a missing one instead. */
  need(value: string | undefined, flags: string): string;
  /** Prints one or more lines. */
  print(text: string): void;
  /** Resolves once all that was printed is written. @throws Error if it cannot be */
  written(): Promise<void>;
  /** Prints the value as JSON with `--json`, else the text. */
  show(value: unknown, text: () => string | Promise<string>): Promise<void>;
}

export function command<Given = unknown>(definition: CommandDefinition<Given>): AddCommand {
  const { name, description, takes = [], notes = '', examples, act } = definition;
  return (parent, host) => {
    const made = parent.command(name).description(description);
    for (const taken of takes) {
      if (taken instanceof Option) made.addOption(taken);
      else made.addArgument(taken);
    }
    if (notes !== '') made.addHelpText('after', notes);
    addExamples(made, examples).action(() => act(callOf(made, host)));
  };
}

/** A group of subcommands. */
export function commandGroup(
  { name, description, examples }: Pick<CommandDefinition<unknown>, 'name' | 'description' | 'examples'>,
  commands: readonly AddCommand[],
): AddCommand {
  return (parent, host) => {
    const group = addExamples(parent.command(name).description(description), examples);
    for (const add of commands) add(group, host);
  };
}

function addExamples(made: Command, examples: readonly string[]): Command {
  const heading = examples.length === 1 ? 'Example:' : 'Examples:';
  return made.addHelpText(
    'after',
    ['', heading, ...examples.map((one) => `  sync-worker ${one}`)].join('\n'),
  );
}

function callOf<Given>(made: Command, host: Host): CommandCall<Given> {
  const given = made.opts<Given & { json?: boolean } & Readonly<Record<string, unknown>>>();
  const flags = [...settingKeys, 'config'].map((key) => [key, given[key === 'peers' ? 'peer' : key]]);
  const said = { flags: Object.fromEntries(flags), env: host.env, cwd: host.cwd() };
  let failure: Error | undefined;
  const failed = (error: Error | null | undefined): void => {
    failure ??= error ?? undefined;
  };
  const print = (text: string): void => void host.stdout.write(`${text}\n`, failed);
  return {
    host,
    given,
    operands: made.args,
    said,
    settings: () => resolveSettings(said),
    need: (value, needed) => value ?? made.error(`error: required option '${needed}' not specified`),
    print,
    written: () =>
      new Promise((resolve, reject) => {
        host.stdout.write('', (error) => {
          failed(error);
          if (failure === undefined) resolve();
          else reject(failure);
        });
      }),
    show: async (value, text) =>
      print(given.json === true ? JSON.stringify(safeValue(value), null, 2) : await text()),
  };
}

export function option(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** An option whose text is read while parsing. If `read` returns undefined, it is refused with what is allowed. */
export function readOption<T>(
  flags: string,
  description: string,
  allowed: string,
  read: (text: string) => T | undefined,
): Option {
  const made = option(flags, description);
  return made.argParser((text: string) => {
    const found = read(text);
    if (found !== undefined) return found;
    throw new CommandFailed(USAGE, `${made.long} is ${describe(text)}; allowed is ${allowed}`);
  });
}

/** An option that takes a whole number. */
export function wholeNumberOption(
  flags: string,
  description: string,
  least: number,
  most = 999_999_999,
): Option {
  const allowed = `a whole number from ${least} to ${most}`;
  return readOption(flags, description, allowed, (text) => {
    const isAllowed = /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most;
    return isAllowed ? Number(text) : undefined;
  });
}

export function argument(name: string, description: string): Argument {
  return new Argument(name, description);
}

/** The flags of these settings, and the flag for the config file. */
export function settings(...keys: readonly SettingKey[]): readonly Option[] {
  const config = option('--config <FILE>', 'a JSON file of settings; flags and environment override it');
  return [
    ...keys.map((key) => {
      const { kind, usual, help, group }: Setting<unknown> = settingTable[key];
      const isPlain = usual === false || usual === '' || Array.isArray(usual);
      const described = isPlain ? help : `${help} (default: ${String(usual)})`;
      return option(`${flagOf(key)} ${kind.argument}`, described).helpGroup(group);
    }),
    config.helpGroup(settingTable.data.group),
  ];
}
