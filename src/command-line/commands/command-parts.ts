import type { Command } from 'commander';

/** An example under the options of a help text. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  const heading = examples.length === 1 ? 'Example:' : 'Examples:';
  return command.addHelpText('after', ['', heading, ...examples.map((line) => `  ${line}`)].join('\n'));
}

/** What a command does, with itself for its options. Arguments come first. */
export function does(
  command: Command,
  act: (command: Command, ...operands: readonly string[]) => Promise<void>,
): Command {
  return command.action(async () => act(command, ...command.args));
}
