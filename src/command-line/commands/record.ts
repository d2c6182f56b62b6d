import { readFile } from 'node:fs/promises';
import { messageOf } from '../../policy/thrown.ts';
import { utf8Text } from '../../storage/disk/utf8-text.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { needWorker } from '../folder/reach-node.ts';
import { type AddCommand, argument, command, option, settings, wholeNumberOption } from './command.ts';

/** Prints the recording of a running worker. */
export const record: AddCommand = command<{ anonymous?: boolean }>({
  name: 'record',
  description: 'Write what a worker that runs with --record did last, for `sync-worker replay`.',
  takes: [...settings('data'), option('--anonymous', 'put other names in place of all hosts and addresses')],
  examples: ['record --data ./sync-data > night.ndjson', 'record --anonymous > report.ndjson'],
  act: async ({ host, given, settings }) => {
    const control = await needWorker((await settings()).settings, host, 'run --record');
    const text = await control.recording();
    host.stdout.write(given.anonymous === true ? await anonymous(text) : text);
  },
});

async function anonymous(text: string): Promise<string> {
  const { readRecording, writeRecording } = await import('../../inspect/recording/recording.ts');
  const { anonymize } = await import('../../inspect/recording/anonymize.ts');
  return writeRecording(anonymize(readRecording(text)));
}

/** Opens the inspector's page on a recording. */
export const replay: AddCommand = command<{ port: number }>({
  name: 'replay',
  description: 'Show a recording on the inspector page, step by step and without a worker, until a signal.',
  takes: [
    argument('<FILE>', 'as `sync-worker record`, the page or a test wrote it'),
    wholeNumberOption('--port <PORT>', 'of 127.0.0.1; a free one if none is given', 0, 65_535).default(0),
  ],
  examples: ['replay night.ndjson'],
  act: async ({ host, given: { port }, operands: [file = ''], print }) => {
    const { readRecording } = await import('../../inspect/recording/recording.ts');
    const { replayRecording } = await import('../../inspect/inspect-worker.ts');
    const { watchForEnd } = await import('../run/wait-for-end.ts');
    const recording = await readFile(file)
      .then((bytes) => readRecording(utf8Text(bytes)))
      .catch((cause: unknown) => {
        throw new CommandFailed(FAILED, `${file} cannot be replayed: ${messageOf(cause)}`, { cause });
      });
    const watch = watchForEnd(host);
    await using page = await replayRecording(recording, { port });
    print(`${recording.lines.length} events of ${recording.start.worker}: ${page.url}`);
    const end = await watch.end;
    watch.stop();
    if (end.kind === 'fault') throw end.error;
  },
});
