import { open } from 'node:fs/promises';
import type { FleetWorkerInput } from '../../fleet/index.ts';
import { messageOf } from '../../policy/thrown.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';

/** Reads workers from a file with one JSON object per line. @throws CommandFailed naming the line */
export async function* readWorkerFile(path: string): AsyncGenerator<FleetWorkerInput> {
  const file = await open(path).catch((cause: unknown) => {
    throw new CommandFailed(USAGE, `the file ${path} cannot be read: ${messageOf(cause)}`, { cause });
  });
  let number = 0;
  for await (const line of file.readLines()) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      const worker: unknown = JSON.parse(line);
      if (!isRecord(worker) || typeof worker['id'] !== 'string') {
        throw new TypeError(`it is ${describe(worker)}; allowed is an object with an id`);
      }
      const { id, peers } = worker;
      yield { id, ...(peers === undefined ? {} : { peers: peers as FleetWorkerInput['peers'] }) };
    } catch (cause) {
      throw new CommandFailed(USAGE, `line ${number} of ${path}: ${messageOf(cause)}`, { cause });
    }
  }
}
