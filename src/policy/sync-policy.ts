import { describe, isRecord } from './wire-fields.ts';

/** The tuning options of a worker. The defaults are the reference's values. */
export interface SyncPolicy {
  /** Seconds from a good (or solo) run to the next one. @default 300 */
  readonly intervalSeconds: number;
  /** Seconds to wait after the first failure; each further one doubles it. 0 switches the exponential off. @default 60 */
  readonly failureBackoffSeconds: number;
  /** Upper limit of the exponential, in seconds; 0 switches it off. It does not limit Retry-After. @default 1800 */
  readonly failureBackoffCapSeconds: number;
  /** Seconds after which a run is stuck: its attempt is aborted and a new run begins. At least 1. @default 300 */
  readonly stuckAfterSeconds: number;
  /** How many peers one run may ask, one after the other. A whole number, at least 1. @default 3 */
  readonly maxPeersPerRun: number;
  /** A wait after a failure becomes wait · (1 + random · ratio), rounded up; never shorter. @default 0 */
  readonly jitterRatio: number;
  /** Each interval, and the first run after a start, is lengthened by up to interval · ratio. @default 0 */
  readonly spreadRatio: number;
  /** Seconds after which one attempt fails and the run fails over; 0: only the run's own limit applies. @default 0 */
  readonly attemptTimeoutSeconds: number;
  /** Seconds to the next run if the last answer said that there is more. @default 1 */
  readonly catchUpIntervalSeconds: number;
}

/** The options a caller may set; an omitted or `undefined` one takes its default. */
export type SyncPolicyOptions = { readonly [Option in keyof SyncPolicy]?: SyncPolicy[Option] | undefined };

/** The reference's values, to the second. */
export const defaultPolicy: SyncPolicy = Object.freeze({
  intervalSeconds: 300,
  failureBackoffSeconds: 60,
  failureBackoffCapSeconds: 1800,
  stuckAfterSeconds: 300,
  maxPeersPerRun: 3,
  jitterRatio: 0,
  spreadRatio: 0,
  attemptTimeoutSeconds: 0,
  catchUpIntervalSeconds: 1,
});

/** Minimum seconds between the end of a run and the start of the next, whatever the policy says; prevents a hot loop. */
export const MIN_RUN_GAP_SECONDS = 1;

/** The longest wait, in seconds, after a local fault: a full disk or a proxy that is down may be fixed soon. */
export const MAX_LOCAL_FAULT_SECONDS = 30;

/** Policies that have already been checked. */
const resolved = new WeakSet<object>([defaultPolicy]);

const leastAllowed: Readonly<Partial<Record<keyof SyncPolicy, number>>> = {
  stuckAfterSeconds: 1,
  maxPeersPerRun: 1,
};

/**
 * Fills in the defaults and checks every option.
 *
 * @throws RangeError naming the option, its value and what is allowed; also for an option that does not exist,
 * because a misspelt one would silently leave its default in force.
 */
export function resolvePolicy(options: SyncPolicyOptions = defaultPolicy): SyncPolicy {
  if (resolved.has(options)) return options as SyncPolicy;
  if (typeof options !== 'object' || options === null) {
    throw new RangeError(`policy is ${describe(options)}; allowed is an object`);
  }
  const policy: { -readonly [Option in keyof SyncPolicy]: number } = { ...defaultPolicy };
  for (const [option, value] of Object.entries(options)) {
    if (!isOption(option)) {
      throw new RangeError(
        `Unknown policy option ${option}; known are ${Object.keys(defaultPolicy).join(', ')}`,
      );
    }
    if (value !== undefined) policy[option] = checked(option, value);
  }
  resolved.add(policy);
  return Object.freeze(policy);
}

/** Whether a policy was made by {@link resolvePolicy}. @internal */
export function isResolvedPolicy(value: unknown): value is SyncPolicy {
  return isRecord(value) && resolved.has(value);
}

function isOption(name: string): name is keyof SyncPolicy {
  return Object.hasOwn(defaultPolicy, name);
}

function checked(option: keyof SyncPolicy, value: unknown): number {
  const least = leastAllowed[option] ?? 0;
  const whole = option === 'maxPeersPerRun';
  if (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= least &&
    (!whole || Number.isSafeInteger(value))
  ) {
    return value;
  }
  const kind = whole ? 'a whole number' : 'a finite number';
  throw new RangeError(
    `Policy option ${option} is ${describe(value)}; allowed is ${kind} of at least ${least}`,
  );
}
