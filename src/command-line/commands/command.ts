import { Argument, type Command, Option } from 'commander';
import { safeValue } from '../../policy/safe-text.ts';
import { describe } from '../../policy/wire-fields.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { type GivenSettings, type ResolvedSettings, resolveSettings } from '../settings/resolve-settings.ts';
import { flagOf, type Setting, type SettingKey, settingKeys, settingTable } from '../settings/settings.ts';

/** Puts a command, or a group of them, below another one. */
export type AddCommand = (parent: Command, host: Host) => void;

/** A command: what its help says, what it takes, and what it does. */
export interface CommandDefinition<Given> {
  readonly name: string;
  readonly description: string;
  /** In the order of the help. */
  readonly takes?: readonly (Argument | Option)[];
  /** Said under the options. */
  readonly notes?: string;
  /** What follows `sync-worker`. */
  readonly examples: readonly string[];
  readonly act: (call: CommandCall<Given>) => Promise<void>;
}

/** One call of a command. */
export interface CommandCall<Given> {
  readonly host: Host;
  /** The options, as the parser has them. */
  readonly given: Given & { readonly json?: boolean };
  /** The arguments that are no options. */
  readonly operands: readonly string[];
  /** What was said of the settings. */
  readonly said: GivenSettings;
  /** The settings that hold. @throws CommandFailed */
  settings(): Promise<ResolvedSettings>;
  /** Gives an option that must be there. Not left to the parser: it would miss it in a call with a misspelt one too. */
  need(value: string | undefined, flags: string): string;
  /** Prints a line, or lines. */
  print(text: string): void;
  /** Prints a value as JSON where that was asked for by `--json`, and else the text. */
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

/** Commands under a common word. */
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
  const print = (text: string): void => void host.stdout.write(`${text}\n`);
  return {
    host,
    given,
    operands: made.args,
    said,
    settings: () => resolveSettings(said),
    need: (value, needed) => value ?? made.error(`error: required option '${needed}' not specified`),
    print,
    show: async (value, text) =>
      print(given.json === true ? JSON.stringify(safeValue(value), null, 2) : await text()),
  };
}

export function option(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** An option whose text is read as it is parsed; what is read as undefined is refused, saying what is allowed. */
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

/** An option that is a whole number. */
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

/** The flags of these settings, and one for the config file that may have them. */
export function settings(...keys: readonly SettingKey[]): readonly Option[] {
  const config = option('--config <FILE>', 'a JSON file of settings, read before the flags');
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
