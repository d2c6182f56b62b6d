import { CommanderError } from 'commander';
import { ControlError } from '../control/control.ts';
import { messageOf } from '../policy/thrown.ts';
import { StorageError } from '../storage/disk/storage-errors.ts';

/** The exit statuses. */
export const DONE = 0;
export const FAILED = 1;
/** Also for errors in the environment or in the config file. */
export const USAGE = 2;
/** The data folder is held by another process, or cannot be used. */
export const FOLDER = 3;

/** A command failed. The message is one line and says what to do next; '' if the reason has already been printed. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly status: number;

  constructor(status: number, message = '', options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Calls `read`, and turns any error into a CommandFailed with USAGE. */
export function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandFailed(USAGE, messageOf(error), { cause: error });
  }
}

/** The exit status for an error of a command, and the line to print; undefined if it has already been printed. */
export function ending(error: unknown): { readonly status: number; readonly line: string | undefined } {
  // The parser has already printed its own errors; --help and --version arrive here too, with exit code 0.
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

/** A text on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function hintFor({ code }: StorageError): string {
  // The message for a locked folder already says what to do.
  return code === 'storage_locked' ? '' : '; mend that, or name another folder with --data';
}
