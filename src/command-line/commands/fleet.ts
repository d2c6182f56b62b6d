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
  option('--redis <URL>', 'redis://host:port, or the path of a Unix socket')
    .env('REDIS_URL')
    .default('redis://127.0.0.1:6379')
    .helpGroup('Fleet:'),
  option('--name <NAME>', 'the name of the fleet; fleets with different names can share one Redis')
    .default('fleet')
    .helpGroup('Fleet:'),
];

const work = command<FleetWorkGiven & { module?: string }>({
  name: 'work',
  description: 'Run the workers that are due until a signal stops it. Start any number of processes.',
  takes: [
    ...fleetOptions,
    option(
      '--module <FILE>',
      'a module that exports sync(peer, { signal, head, now, id, fence }) and, if needed, exclude(peer)',
    ),
    wholeNumberOption('--concurrency <COUNT>', 'concurrent runs', 1).default(64),
    wholeNumberOption(
      '--at-once <COUNT>',
      'concurrent attempts at one origin, across the whole fleet; 0: no limit',
      0,
    ).default(0),
    wholeNumberOption('--spacing-ms <MS>', 'milliseconds between two attempts at one origin', 0).default(0),
    wholeNumberOption('--drain-seconds <SECONDS>', 'how long a stop waits for runs to end', 0).default(10),
    ...settings(...policyKeys, 'log', 'logLevel', 'http', 'inspect'),
  ],
  notes: `
Give every process the same policy and the same limits. SIGTERM and SIGINT stop it: it waits for the current runs, and then
withdraws them; a second signal kills it at once.`,
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
    'Add a worker, or many from a file. A worker that exists gets the new list of peers and keeps its state and waits.',
  takes: [
    argument('[ID]', 'the id of the worker'),
    ...fleetOptions,
    option('--peer <URL...>', 'its peers'),
    option('--file <FILE>', 'one JSON object per line: {"id": "feed-7", "peers": ["https://a.example"]}'),
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
  description: 'Import the worker of a data folder: its state, peers and waits. Stop its process first.',
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
    'Serve the inspector page for the fleet until a signal stops it: counts, closed gates, processes, and any worker by its id.',
  takes: [
    ...fleetOptions,
    wholeNumberOption('--port <PORT>', 'port of 127.0.0.1; 0: any free port', 0, 65_535).default(0),
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
    takes: [...takes, ...fleetOptions, option('--json', 'print JSON')],
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
    description: 'Run many workers across processes and machines, with BullMQ on Redis or Valkey.',
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
      description: 'Explain in a few sentences what a worker waits for, and which process runs it.',
      takes: [argument('<ID>', 'the id of the worker')],
      examples: ['fleet why feed-7'],
      find: (fleet, id) => fleet.why(id),
      text: (why) => [safeText(formatWhy(why)), ...heldText(why)].join('\n'),
    }),
    look({
      name: 'peer',
      description:
        'Show the gate of a peer: until when it is closed for the whole fleet, who is asking it, who waits.',
      takes: [argument('<URL>', 'the peer')],
      examples: ['fleet peer https://a.example'],
      operand: (url) => peerUrl(url, 'the URL'),
      find: (fleet, url) => fleet.peer(url),
      text: async (peer, fleet) => fleetPeerText(peer, (await fleet.status()).at),
    }),
    look({
      name: 'status',
      description: 'Show the counts of the fleet: workers by state, alarms, processes.',
      examples: ['fleet status', 'fleet status --json'],
      find: (fleet) => fleet.status(),
      text: fleetStatusText,
    }),
    inspect,
    look({
      name: 'doctor',
      description:
        'Check Redis: version, persistence, eviction, memory, replicas, clock. Exits with 1 if waits or workers could be lost.',
      find: (fleet) => fleet.doctor(),
      text: doctorText,
      isBad: (findings) => findings.some(({ level }) => level === 'problem'),
    }),
    importFolder,
  ],
);
