import type { AnyStateMachine } from 'xstate';
import { safeValue } from '../../policy/safe-text.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import type { WorkerContext } from '../../schedule/worker-context.ts';
import type { SyncWorkerNotification } from '../../worker/notifications.ts';
import { applyChanges, type Change } from './json-patch.ts';

/** Incremented with each change that older readers would misread. */
export const RECORDING_VERSION = 1;

/** The literal of a chart without its functions, as XState, its editors and its visualizers read it. */
export type ChartDefinition = Readonly<Record<string, unknown>>;

/** The literal of a machine as plain JSON. */
export function chartDefinition(machine: AnyStateMachine): ChartDefinition {
  return JSON.parse(JSON.stringify(machine.config));
}

/**
 * What a worker did; in a file, JSON lines: the start, then one line per step. Times are Unix seconds with a fraction, by the
 * worker's clock.
 */
export interface Recording {
  readonly start: RecordingStart;
  readonly lines: readonly RecordedLine[];
}

/** The first line of a file: the starting point of the others. */
export interface RecordingStart {
  readonly recording: 'infonet-sync-worker';
  readonly version: number;
  /** The name of the worker. */
  readonly worker: string;
  readonly at: number;
  readonly chart: ChartDefinition;
  /** The path of the innermost active state; '' if no actor is running. */
  readonly state: string;
  readonly context: WorkerContext;
}

/** One event and its effects. */
export interface RecordedLine {
  readonly at: number;
  /** The event that the worker received; null if nobody was watching, so that only what it emitted is known. */
  readonly event: RecordedEvent | null;
  /** The paths of the innermost active states before and after. */
  readonly from: string;
  readonly to: string;
  /** The transitions taken, in order: `source:trigger:index` in the chart. */
  readonly transitions: readonly string[];
  /** The changes of the context, as a JSON Patch. */
  readonly changes: readonly Change[];
  readonly emitted: readonly RecordedNotification[];
}

/** The event of a line, as plain JSON without the credentials of URLs. */
export type RecordedEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** An event that the worker emitted, without its state and peers, which are in the context. */
export interface RecordedNotification {
  readonly type: SyncWorkerNotification['type'];
  /** The event in words. */
  readonly text: string;
  /** The peer of an attempt. */
  readonly peerUrl?: string;
  /** How an attempt, or a run, ended. */
  readonly outcome?: string;
  readonly error?: string;
  readonly durationSeconds?: number;
}

/** A value as JSON, without user names and passwords in URLs. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(safeValue(value));
}

/** The text of a recording's file. Credentials in URLs are removed. */
export function writeRecording({ start, lines }: Recording): string {
  return [start, ...lines].map((line) => `${cleanJson(line)}\n`).join('');
}

/**
 * Reads the text of a recording's file, and checks that each line continues the one before.
 *
 * @throws TypeError naming the line, what is wrong with it, and what is allowed
 */
export function readRecording(text: string): Recording {
  const [first = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
  const start = readStart(parse(first, 1));
  let context: unknown = start.context;
  const lines = rest.map((line, index) => {
    const read = readLine(parse(line, index + 2), index + 2);
    try {
      context = applyChanges(context, read.changes);
    } catch (error) {
      throw new TypeError(`Line ${index + 2} does not continue the line before: ${String(error)}`);
    }
    return read;
  });
  return { start, lines };
}

function parse(line: string, number: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new TypeError(`Line ${number} is not JSON`, { cause });
  }
  if (isRecord(value)) return value;
  throw new TypeError(`Line ${number} is ${describe(value)}; allowed is an object`);
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTime = (value: unknown): boolean => Number.isFinite(value);
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isContext = (value: unknown): boolean =>
  isRecord(value) &&
  ['worker', 'policy', 'decision', 'due'].every((field) => isRecord(value[field])) &&
  Array.isArray(value['peers']);
const isChange = (value: unknown): boolean =>
  isRecord(value) &&
  isText(value['path']) &&
  (value['op'] === 'remove' || ((value['op'] === 'add' || value['op'] === 'replace') && 'value' in value));
const isEmitted = (value: unknown): boolean =>
  isRecord(value) && isText(value['type']) && isText(value['text']);

type Checks = Readonly<Record<string, readonly [accepts: (value: unknown) => boolean, allowed: string]>>;

const startChecks: Checks = {
  worker: [isText, 'a string'],
  at: [isTime, 'a number of seconds'],
  chart: [isRecord, 'the definition of the chart'],
  state: [isText, 'the path of a state'],
  context: [isContext, 'the context of a sync worker'],
};
const lineChecks: Checks = {
  at: [isTime, 'a number of seconds'],
  event: [(value) => value === null || (isRecord(value) && isText(value['type'])), 'null or an event'],
  from: [isText, 'the path of a state'],
  to: [isText, 'the path of a state'],
  transitions: [isTextList, 'a list of transition ids'],
  changes: [(value) => Array.isArray(value) && value.every(isChange), 'a JSON Patch of add, replace, remove'],
  emitted: [(value) => Array.isArray(value) && value.every(isEmitted), 'a list of what was emitted'],
};

function check(value: Readonly<Record<string, unknown>>, checks: Checks, number: number): void {
  for (const [field, [accepts, allowed]] of Object.entries(checks)) {
    if (accepts(value[field])) continue;
    throw new TypeError(`Line ${number}: ${field} is ${describe(value[field])}; allowed is ${allowed}`);
  }
}

function readStart(value: Readonly<Record<string, unknown>>): RecordingStart {
  const { recording, version } = value;
  if (recording !== 'infonet-sync-worker') {
    throw new TypeError(
      'This is not a recording of a sync worker: its first line has no "recording": "infonet-sync-worker"',
    );
  }
  if (version !== RECORDING_VERSION) {
    throw new TypeError(
      `The recording has version ${describe(version)}; this program reads version ${RECORDING_VERSION}`,
    );
  }
  check(value, startChecks, 1);
  return value as unknown as RecordingStart;
}

function readLine(value: Readonly<Record<string, unknown>>, number: number): RecordedLine {
  check(value, lineChecks, number);
  return value as unknown as RecordedLine;
}
