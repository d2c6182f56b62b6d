import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatWhy } from '../../explain/format-why.ts';
import { heldText } from '../../explain/held-text.ts';
import { safeText, safeValue } from '../../policy/safe-text.ts';
import { defaultPolicy } from '../../policy/sync-policy.ts';
import { CommandFailed, FAILED, USAGE } from '../exit-status.ts';
import { doctorText, fleetPeerText, fleetStatusText } from '../fleet/fleet-text.ts';
import { type FleetOptionsGiven, openFleet } from '../fleet/open-fleet.ts';
import { readWorkerFile } from '../fleet/worker-file.ts';
import { readFolder } from '../folder/read-folder.ts';
import type { Host } from '../host.ts';
import { SettingRefused } from '../settings/setting-kind.ts';
import type { SettingKey } from '../settings/settings.ts';
import { policyOf } from '../settings/settings.ts';
import { peerUrl } from '../settings/text-kinds.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

const policyKeys = Object.keys(defaultPolicy) as (keyof typeof defaultPolicy)[];
const workKeys: readonly SettingKey[] = [...policyKeys, 'log', 'logLevel', 'http', 'inspect'];

/** `fleet`: workers over any number of processes, on BullMQ over Redis. */
export function addFleet(program: Command, host: Host): void {
  const fleet = program
    .command('fleet')
    .description('Workers over many processes and machines, on BullMQ over Redis or Valkey.');
  withExamples(fleet, [
    'sync-worker fleet add feed-7 --peer https://a.example',
    'sync-worker fleet work --module ./sync.mjs',
    'sync-worker fleet why feed-7',
  ]);
  addWork(fleet, host);
  addAdd(fleet, host);
  addWhy(fleet, host);
  addPeer(fleet, host);
  addStatus(fleet, host);
  addInspect(fleet, host);
  addDoctor(fleet, host);
  addImport(fleet, host);
}

function addWork(fleet: Command, host: Host): void {
  const command = part(
    fleet,
    'work',
    'Look at the workers as they are due, until a signal. Any number of processes may.',
  );
  command
    .option(
      '--module <FILE>',
      'exports sync(peer, { signal, head, now, id, fence }), and exclude(peer) if it has one',
    )
    .option('--concurrency <COUNT>', 'runs at a time', whole(1), 64)
    .option(
      '--at-once <COUNT>',
      'attempts at one origin at a time, of the whole fleet; 0: no limit',
      whole(0),
      0,
    )
    .option('--spacing-ms <MS>', 'milliseconds between two attempts at one origin', whole(0), 0)
    .option('--drain-seconds <SECONDS>', 'how long a stop lets runs go on', whole(0), 10);
  addSettings(command, workKeys);
  command.addHelpText(
    'after',
    `
Give every process the same policy and the same limits. SIGTERM and SIGINT stop it: runs under way may end, then they are
withdrawn; a second signal ends it at once.`,
  );
  withExamples(command, [
    'sync-worker fleet work --module ./sync.mjs --interval-seconds 60 --at-once 4',
    'sync-worker fleet work --module ./sync.mjs --redis redis://10.0.0.5:6379 --http 9464',
  ]);
  does(command, async () => {
    const given = command.opts<FleetOptionsGiven & { module?: string }>();
    if (given.module === undefined)
      return command.error("error: required option '--module <FILE>' not specified");
    const { settings } = await settingsOf(command, host);
    const { workOnFleet } = await import('../fleet/work-on-fleet.ts');
    await workOnFleet({ host, settings, policy: policyOf(settings), module: given.module, given });
  });
}

function addAdd(fleet: Command, host: Host): void {
  const command = part(
    fleet,
    'add',
    'Add a worker, or many from a file. One that is there takes the list of peers, and keeps what it knows.',
  )
    .argument('[ID]', 'the id of the worker')
    .option('--peer <URL...>', 'its peers')
    .option('--file <FILE>', 'one JSON object a line: {"id": "feed-7", "peers": ["https://a.example"]}');
  withExamples(command, [
    'sync-worker fleet add feed-7 --peer https://a.example --peer https://b.example',
    'sync-worker fleet add --file workers.jsonl',
  ]);
  does(command, async (_, id) => {
    const given = command.opts<FleetOptionsGiven & { peer?: string[]; file?: string }>();
    if ((id === undefined) === (given.file === undefined)) {
      throw new CommandFailed(USAGE, 'name one worker by its ID, or many by --file');
    }
    const peers = (given.peer ?? []).map(readPeerUrl);
    await openFleet(host, given, async (opened) => {
      if (given.file !== undefined) {
        const added = await opened.addMany(readWorkerFile(resolve(host.cwd(), given.file)));
        host.stdout.write(`${added} ${added === 1 ? 'worker' : 'workers'} added\n`);
        return;
      }
      const isNew = await opened.add(id ?? '', given.peer === undefined ? {} : { peers });
      host.stdout.write(
        `${safeText(`${id} ${isNew ? 'added' : 'was there; its peers are the given ones now'}`)}\n`,
      );
    });
  });
}

function addWhy(fleet: Command, host: Host): void {
  const command = part(
    fleet,
    'why',
    'Say in a few sentences what a worker waits for, and who holds it.',
  ).argument('<ID>', 'the id of the worker');
  command.option('--json', 'for programs');
  withExamples(command, ['sync-worker fleet why feed-7']);
  does(command, async (_, id = '') => {
    const given = command.opts<FleetOptionsGiven & { json?: boolean }>();
    await openFleet(host, given, async (opened) => {
      const why = await opened.why(id);
      const text = given.json === true ? json(why) : [safeText(formatWhy(why)), ...heldText(why)].join('\n');
      host.stdout.write(`${text}\n`);
    });
  });
}

function addPeer(fleet: Command, host: Host): void {
  const command = part(
    fleet,
    'peer',
    'The gate of a peer: until when it is closed for the whole fleet, who asks it, who waits.',
  ).argument('<URL>', 'the peer');
  command.option('--json', 'for programs');
  withExamples(command, ['sync-worker fleet peer https://a.example']);
  does(command, async (_, url = '') => {
    const given = command.opts<FleetOptionsGiven & { json?: boolean }>();
    const read = readPeerUrl(url);
    await openFleet(host, given, async (opened) => {
      const peer = await opened.peer(read);
      host.stdout.write(
        `${given.json === true ? json(peer) : fleetPeerText(peer, (await opened.status()).at)}\n`,
      );
    });
  });
}

function addStatus(fleet: Command, host: Host): void {
  const command = part(fleet, 'status', 'The fleet by its counts: workers by state, alarms, processes.');
  command.option('--json', 'for programs');
  withExamples(command, ['sync-worker fleet status', 'sync-worker fleet status --json']);
  does(command, async () => {
    const given = command.opts<FleetOptionsGiven & { json?: boolean }>();
    await openFleet(host, given, async (opened) => {
      const status = await opened.status();
      host.stdout.write(`${given.json === true ? json(status) : fleetStatusText(status)}\n`);
    });
  });
}

function addInspect(fleet: Command, host: Host): void {
  const command = part(
    fleet,
    'inspect',
    'Show the fleet on the inspector page until a signal: its counts, closed gates, processes, and one worker by its id.',
  ).option('--port <PORT>', 'of 127.0.0.1; a free one if none is given', whole(0), 0);
  withExamples(command, ['sync-worker fleet inspect', 'sync-worker fleet inspect --port 9465']);
  does(command, async () => {
    const given = command.opts<FleetOptionsGiven & { port: number }>();
    const { watchForEnd } = await import('../run/wait-for-end.ts');
    await openFleet(host, given, async (opened) => {
      const { url } = await opened.inspect({ port: given.port });
      const watch = watchForEnd(host);
      host.stdout.write(`${given.name}: ${url}\n`);
      const end = await watch.end;
      watch.stop();
      if (end.kind === 'fault') throw end.error;
    });
  });
}

function addDoctor(fleet: Command, host: Host): void {
  const command = part(
    fleet,
    'doctor',
    'Look at Redis: version, persistence, eviction, memory, replicas, clock. Ends with 1 if waits or workers may be lost.',
  );
  command.option('--json', 'for programs');
  withExamples(command, ['sync-worker fleet doctor']);
  does(command, async () => {
    const given = command.opts<FleetOptionsGiven & { json?: boolean }>();
    await openFleet(host, given, async (opened) => {
      const findings = await opened.doctor();
      host.stdout.write(`${given.json === true ? json(findings) : doctorText(findings)}\n`);
      if (findings.some(({ level }) => level === 'problem')) throw new CommandFailed(FAILED);
    });
  });
}

function addImport(fleet: Command, host: Host): void {
  const command = part(
    fleet,
    'import',
    'Take the worker of a data folder along: its ten fields, its peers, its waits. Stop its process first.',
  )
    .argument('<DIR>', 'the data folder')
    .option('--id <ID>', 'the id of the worker (default: the name of the folder)');
  withExamples(command, ['sync-worker fleet import ./sync-data --id feed-7']);
  does(command, async (_, folder = '') => {
    const given = command.opts<FleetOptionsGiven & { id?: string }>();
    const path = resolve(host.cwd(), folder);
    const worker = await readFolder(path);
    const id = given.id ?? basename(path);
    await openFleet(host, given, async (opened) => {
      if (!(await opened.add(id, worker))) {
        throw new CommandFailed(
          FAILED,
          `the fleet has a worker ${id}, which took its peers only; choose another --id`,
        );
      }
      host.stdout.write(
        `${safeText(`${id} added, with ${worker.peers.length} peers; it is ${worker.state.lastOutcome}`)}\n`,
      );
    });
  });
}

function part(fleet: Command, name: string, description: string): Command {
  return fleet
    .command(name)
    .description(description)
    .addOption(
      new Option('--redis <URL>', 'redis://host:port, or the path of its socket')
        .env('REDIS_URL')
        .default('redis://127.0.0.1:6379')
        .helpGroup('Fleet:'),
    )
    .addOption(
      new Option('--name <NAME>', 'fleets of different names share one Redis')
        .default('fleet')
        .helpGroup('Fleet:'),
    );
}

function readPeerUrl(text: string): string {
  try {
    return peerUrl(text, 'the URL');
  } catch (error) {
    if (!(error instanceof SettingRefused)) throw error;
    throw new CommandFailed(USAGE, error.message, { cause: error });
  }
}

function whole(least: number): (text: string) => number {
  return (text) => {
    if (/^[0-9]{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`Allowed is a whole number of at least ${least}.`);
  };
}

function json(value: unknown): string {
  return JSON.stringify(safeValue(value), null, 2);
}
