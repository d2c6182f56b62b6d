import { readFile } from 'node:fs/promises';
import { messageOf } from '../../policy/thrown.ts';
import { utf8Text } from '../../storage/disk/utf8-text.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { needWorker } from '../folder/reach-node.ts';
import { type AddCommand, argument, command, option, settings, wholeNumberOption } from './command.ts';

/** Prints the recording of a running worker. */
export const record: AddCommand = command<{ anonymous?: boolean }>({
  name: 'record',
  description: 'Print the recent events of a worker that runs with --record, for `sync-worker replay`.',
  takes: [...settings('data'), option('--anonymous', 'replace all host names and addresses')],
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
  description: 'Serve the inspector page with a recording to step through, until a signal stops it.',
  takes: [
    argument('<FILE>', 'a recording made by `sync-worker record`, the page or a test'),
    wholeNumberOption('--port <PORT>', 'port of 127.0.0.1; 0: any free port', 0, 65_535).default(0),
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
