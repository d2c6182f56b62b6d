import { type Contender, loopLife, type SimulatedNode, sleep, takeTurns } from './contender.ts';

/** Seconds to wait after a failure. `last` is the previous wait, 0 after a good pull; `failures` counts from 1. */
type FailureWait = (node: SimulatedNode, failures: number, last: number) => number;

/** The old policy: a minute after each failure, whatever the server asked for. */
export const constantWait: Contender = loopWith(
  'constant',
  'constant wait',
  'The first wait after every failure; Retry-After is ignored.',
  ({ policy }) => policy.failureBackoffSeconds,
);

/** https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export const fullJitter: Contender = loopWith(
  'full-jitter',
  'full jitter',
  'A random part of the doubled wait, from 0 to all of it; Retry-After is ignored.',
  ({ policy, random }, failures) => {
    const { failureBackoffSeconds, failureBackoffCapSeconds } = policy;
    return random() * Math.min(failureBackoffCapSeconds, failureBackoffSeconds * 2 ** (failures - 1));
  },
);

/** The other recommendation of that article. */
export const decorrelatedJitter: Contender = loopWith(
  'decorrelated-jitter',
  'decorrelated jitter',
  'A random wait between the first one and three times the last; Retry-After is ignored.',
  ({ policy, random }, _failures, last) => {
    const { failureBackoffSeconds: first, failureBackoffCapSeconds: cap } = policy;
    return Math.min(cap, first + random() * (3 * Math.max(first, last) - first));
  },
);

function loopWith(name: string, title: string, note: string, waitAfter: FailureWait): Contender {
  return { name, title, note, start: (node) => loopLife(node, () => pullForEver(node, waitAfter)) };
}

async function pullForEver(node: SimulatedNode, waitAfter: FailureWait): Promise<never> {
  const nextPeer = takeTurns(node);
  let failures = 0;
  let wait = 0;
  for (;;) {
    if (await isAnswered(node, nextPeer())) {
      failures = 0;
      wait = 0;
      await sleep(node, node.policy.intervalSeconds);
    } else {
      failures += 1;
      wait = waitAfter(node, failures, wait);
      await sleep(node, wait);
    }
  }
}

async function isAnswered(node: SimulatedNode, peerUrl: string): Promise<boolean> {
  try {
    return (await node.ask(peerUrl)).ok;
  } catch {
    // Refused or no answer: such a loop treats every failure alike.
    return false;
  }
}
