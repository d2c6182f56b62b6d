import { CommanderError } from 'commander';
import { ControlError } from '../control/control.ts';
import { messageOf } from '../policy/thrown.ts';
import { StorageError } from '../storage/disk/storage-errors.ts';

/** What the program ends with. */
export const DONE = 0;
export const FAILED = 1;
/** Also for what is wrong in the environment or in the config file. */
export const USAGE = 2;
/** The data folder is held by another process, or cannot be used. */
export const FOLDER = 3;

/** A command cannot do what was asked. The message is one line, and says what to do next; '' where it was told. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly status: number;

  constructor(status: number, message = '', options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Gives what is read. @throws CommandFailed with USAGE, whatever was thrown */
export function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandFailed(USAGE, messageOf(error), { cause: error });
  }
}

/** The exit status for what a command threw, and the line that tells it; undefined if it was told already. */
export function ending(error: unknown): { readonly status: number; readonly line: string | undefined } {
  // The parser has printed its own errors, and help and version are none.
  if (error instanceof CommanderError) {
    return { status: error.exitCode === 0 ? DONE : USAGE, line: undefined };
  }
  if (error instanceof CommandFailed) {
    return { status: error.status, line: oneLine(error.message) || undefined };
  }
  if (error instanceof StorageError) return { status: FOLDER, line: oneLine(error.message + hintFor(error)) };
  const message = messageOf(error);
  if (error instanceof ControlError && error.code === 'unusable')
    return { status: FOLDER, line: oneLine(message) };
  return { status: FAILED, line: oneLine(message || 'failed without a message') };
}

/** An error as a line of its own. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function hintFor({ code }: StorageError): string {
  // That the folder is locked is told with what to do.
  return code === 'storage_locked' ? '' : '; mend that, or name another folder with --data';
}
