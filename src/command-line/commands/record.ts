import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { utf8Text } from '../../storage/disk/utf8-text.ts';
import { CommandFailed, FAILED, USAGE } from '../exit-status.ts';
import { reachWorker } from '../folder/reach-node.ts';
import { checkFolder } from '../folder/read-folder.ts';
import type { Host } from '../host.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** `record`: what a running worker did last, as a file. */
export function addRecord(program: Command, host: Host): void {
  const command = program
    .command('record')
    .description('Write what a worker that runs with --record did last, for `sync-worker replay`.');
  addSettings(command, ['data']);
  command.option('--anonymous', 'put other names in place of all hosts and addresses');
  withExamples(command, [
    'sync-worker record --data ./sync-data > night.ndjson',
    'sync-worker record --anonymous > report.ndjson',
  ]);
  does(command, async () => {
    const { settings } = await settingsOf(command, host);
    await checkFolder(settings.data);
    const control = await reachWorker(settings, host);
    if (control === undefined) {
      const { data } = settings;
      throw new CommandFailed(
        FAILED,
        `no worker runs on ${data}; start one with: sync-worker run --record --data ${data}`,
      );
    }
    const text = await control.recording();
    host.stdout.write(
      command.opts<{ anonymous?: boolean }>().anonymous === true ? await anonymous(text) : text,
    );
  });
}

async function anonymous(text: string): Promise<string> {
  const { readRecording, writeRecording } = await import('../../inspect/recording/recording.ts');
  const { anonymize } = await import('../../inspect/recording/anonymize.ts');
  return writeRecording(anonymize(readRecording(text)));
}

/** `replay`: the page on a recording. */
export function addReplay(program: Command, host: Host): void {
  const command = program
    .command('replay')
    .description('Show a recording on the inspector page, step by step and without a worker, until a signal.')
    .argument('<FILE>', 'as `sync-worker record`, the page or a test wrote it')
    .option('--port <PORT>', 'of 127.0.0.1; a free one if none is given', '0');
  withExamples(command, ['sync-worker replay night.ndjson']);
  does(command, async (_, file = '') => {
    const { readRecording } = await import('../../inspect/recording/recording.ts');
    const { replayRecording } = await import('../../inspect/inspect-worker.ts');
    const { watchForEnd } = await import('../run/wait-for-end.ts');
    const recording = await readFile(file)
      .then((bytes) => readRecording(utf8Text(bytes)))
      .catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new CommandFailed(FAILED, `${file} cannot be replayed: ${reason}`, { cause });
      });
    const { port } = command.opts<{ port: string }>();
    if (!/^\d{1,5}$/.test(port)) {
      throw new CommandFailed(
        USAGE,
        `--port is ${JSON.stringify(port)}; allowed is a whole number up to 65535`,
      );
    }
    const watch = watchForEnd(host);
    await using page = await replayRecording(recording, { port: Number(port) });
    host.stdout.write(`${recording.lines.length} events of ${recording.start.worker}: ${page.url}\n`);
    const end = await watch.end;
    watch.stop();
    if (end.kind === 'fault') throw end.error;
  });
}
