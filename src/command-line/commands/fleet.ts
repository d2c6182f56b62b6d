import { basename, resolve } from 'node:path';
import type { Argument, Option } from 'commander';
import { formatWhy } from '../../explain/format-why.ts';
import { heldText } from '../../explain/held-text.ts';
import type { Fleet } from '../../fleet/index.ts';
import { safeText } from '../../policy/safe-text.ts';
import { CommandFailed, FAILED, USAGE } from '../exit-status.ts';
import { doctorText, fleetPeerText, fleetStatusText } from '../fleet/fleet-text.ts';
import { type FleetOptionsGiven, openFleet } from '../fleet/open-fleet.ts';
import type { FleetWorkGiven } from '../fleet/work-on-fleet.ts';
import { readWorkerFile } from '../fleet/worker-file.ts';
import { readFolder } from '../folder/read-folder.ts';
import { peerUrl } from '../settings/setting-kinds.ts';
import { policyKeys } from '../settings/settings.ts';
import {
  type AddCommand,
  argument,
  command,
  commandGroup,
  option,
  settings,
  wholeNumberOption,
} from './command.ts';

/** Options that select the Redis server and the fleet in it. */
const fleetOptions: readonly Option[] = [
  option('--redis <URL>', 'redis://host:port, or the path of its socket')
    .env('REDIS_URL')
    .default('redis://127.0.0.1:6379')
    .helpGroup('Fleet:'),
  option('--name <NAME>', 'fleets of different names share one Redis').default('fleet').helpGroup('Fleet:'),
];

const work = command<FleetWorkGiven & { module?: string }>({
  name: 'work',
  description: 'Look at the workers as they are due, until a signal. Any number of processes may.',
  takes: [
    ...fleetOptions,
    option(
      '--module <FILE>',
      'exports sync(peer, { signal, head, now, id, fence }), and exclude(peer) if it has one',
    ),
    wholeNumberOption('--concurrency <COUNT>', 'runs at a time', 1).default(64),
    wholeNumberOption(
      '--at-once <COUNT>',
      'attempts at one origin at a time, of the whole fleet; 0: no limit',
      0,
    ).default(0),
    wholeNumberOption('--spacing-ms <MS>', 'milliseconds between two attempts at one origin', 0).default(0),
    wholeNumberOption('--drain-seconds <SECONDS>', 'how long a stop lets runs go on', 0).default(10),
    ...settings(...policyKeys, 'log', 'logLevel', 'http', 'inspect'),
  ],
  notes: `
Give every process the same policy and the same limits. SIGTERM and SIGINT stop it: runs under way may end, then they are
withdrawn; a second signal ends it at once.`,
  examples: [
    'fleet work --module ./sync.mjs --interval-seconds 60 --at-once 4',
    'fleet work --module ./sync.mjs --redis redis://10.0.0.5:6379 --http 9464',
  ],
  act: async ({ host, given, settings, need }) => {
    const module = need(given.module, '--module <FILE>');
    const resolved = (await settings()).settings;
    const { workOnFleet } = await import('../fleet/work-on-fleet.ts');
    await workOnFleet({ host, settings: resolved, module, given });
  },
});

const add = command<FleetOptionsGiven & { peer?: string[]; file?: string }>({
  name: 'add',
  description:
    'Add a worker, or many from a file. One that is there takes the list of peers, and keeps what it knows.',
  takes: [
    argument('[ID]', 'the id of the worker'),
    ...fleetOptions,
    option('--peer <URL...>', 'its peers'),
    option('--file <FILE>', 'one JSON object a line: {"id": "feed-7", "peers": ["https://a.example"]}'),
  ],
  examples: [
    'fleet add feed-7 --peer https://a.example --peer https://b.example',
    'fleet add --file workers.jsonl',
  ],
  act: async ({ host, given, operands: [id], print }) => {
    const { peer, file } = given;
    if ((id === undefined) === (file === undefined)) {
      throw new CommandFailed(USAGE, 'name one worker by its ID, or many by --file');
    }
    const peers = peer?.map((url) => peerUrl(url, 'the URL'));
    await openFleet(host, given, async (fleet) => {
      if (file !== undefined) {
        const added = await fleet.addMany(readWorkerFile(resolve(host.cwd(), file)));
        return print(`${added} ${added === 1 ? 'worker' : 'workers'} added`);
      }
      const isNew = await fleet.add(id ?? '', peers === undefined ? {} : { peers });
      print(safeText(`${id} ${isNew ? 'added' : 'was there; its peers are the given ones now'}`));
    });
  },
});

const importFolder = command<FleetOptionsGiven & { id?: string }>({
  name: 'import',
  description:
    'Take the worker of a data folder along: its ten fields, its peers, its waits. Stop its process first.',
  takes: [
    argument('<DIR>', 'the data folder'),
    ...fleetOptions,
    option('--id <ID>', 'the id of the worker (default: the name of the folder)'),
  ],
  examples: ['fleet import ./sync-data --id feed-7'],
  act: async ({ host, given, operands: [folder = ''], print }) => {
    const path = resolve(host.cwd(), folder);
    const worker = await readFolder(path);
    const { id = basename(path) } = given;
    await openFleet(host, given, async (fleet) => {
      if (!(await fleet.add(id, worker))) {
        throw new CommandFailed(
          FAILED,
          `the fleet has a worker ${id}, which took its peers only; choose another --id`,
        );
      }
      const { peers, state } = worker;
      print(safeText(`${id} added, with ${peers.length} peers; it is ${state.lastOutcome}`));
    });
  },
});

const inspect = command<FleetOptionsGiven & { port: number }>({
  name: 'inspect',
  description:
    'Show the fleet on the inspector page until a signal: its counts, closed gates, processes, and one worker by its id.',
  takes: [
    ...fleetOptions,
    wholeNumberOption('--port <PORT>', 'of 127.0.0.1; 0: a free one', 0, 65_535).default(0),
  ],
  examples: ['fleet inspect', 'fleet inspect --port 9465'],
  act: async ({ host, given, print }) => {
    const { watchForEnd } = await import('../run/wait-for-end.ts');
    await openFleet(host, given, async (fleet) => {
      const { url } = await fleet.inspect({ port: given.port });
      const watch = watchForEnd(host);
      print(`${given.name}: ${url}`);
      const end = await watch.end;
      watch.stop();
      if (end.kind === 'fault') throw end.error;
    });
  },
});

/** A read-only command. It checks its operand before it connects to Redis, and prints its result as text or as JSON. */
function look<T>(looking: {
  readonly name: string;
  readonly description: string;
  readonly takes?: readonly Argument[];
  readonly examples?: readonly string[];
  readonly operand?: (text: string) => string;
  readonly find: (fleet: Fleet, operand: string) => Promise<T>;
  readonly text: (found: T, fleet: Fleet) => string | Promise<string>;
  readonly isBad?: (found: T) => boolean;
}): AddCommand {
  const { name, description, takes = [], examples = [`fleet ${name}`], operand, find, text, isBad } = looking;
  return command<FleetOptionsGiven>({
    name,
    description,
    takes: [...takes, ...fleetOptions, option('--json', 'for programs')],
    examples,
    act: async ({ host, given, operands: [word = ''], show }) => {
      const wanted = operand?.(word) ?? word;
      await openFleet(host, given, async (fleet) => {
        const found = await find(fleet, wanted);
        await show(found, () => text(found, fleet));
        if (isBad?.(found) === true) throw new CommandFailed(FAILED);
      });
    },
  });
}

/** Manages workers in any number of processes, on BullMQ over Redis. */
export const fleet: AddCommand = commandGroup(
  {
    name: 'fleet',
    description: 'Workers over many processes and machines, on BullMQ over Redis or Valkey.',
    examples: [
      'fleet add feed-7 --peer https://a.example',
      'fleet work --module ./sync.mjs',
      'fleet why feed-7',
    ],
  },
  [
    work,
    add,
    look({
      name: 'why',
      description: 'Say in a few sentences what a worker waits for, and who holds it.',
      takes: [argument('<ID>', 'the id of the worker')],
      examples: ['fleet why feed-7'],
      find: (fleet, id) => fleet.why(id),
      text: (why) => [safeText(formatWhy(why)), ...heldText(why)].join('\n'),
    }),
    look({
      name: 'peer',
      description: 'The gate of a peer: until when it is closed for the whole fleet, who asks it, who waits.',
      takes: [argument('<URL>', 'the peer')],
      examples: ['fleet peer https://a.example'],
      operand: (url) => peerUrl(url, 'the URL'),
      find: (fleet, url) => fleet.peer(url),
      text: async (peer, fleet) => fleetPeerText(peer, (await fleet.status()).at),
    }),
    look({
      name: 'status',
      description: 'The fleet by its counts: workers by state, alarms, processes.',
      examples: ['fleet status', 'fleet status --json'],
      find: (fleet) => fleet.status(),
      text: fleetStatusText,
    }),
    inspect,
    look({
      name: 'doctor',
      description:
        'Look at Redis: version, persistence, eviction, memory, replicas, clock. Ends with 1 if waits or workers may be lost.',
      find: (fleet) => fleet.doctor(),
      text: doctorText,
      isBad: (findings) => findings.some(({ level }) => level === 'problem'),
    }),
    importFolder,
  ],
);
