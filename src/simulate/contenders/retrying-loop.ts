import { loopLife, type SimulatedLife, type SimulatedNode, sleep, takeTurns } from './contender.ts';

/** A loop that pulls at the interval, while a retry library retries each pull until it succeeds. */
export function retryingLife(
  node: SimulatedNode,
  retrying: (pull: () => Promise<void>) => Promise<void>,
): SimulatedLife {
  const nextPeer = takeTurns(node);
  const pull = async (): Promise<void> => {
    const { ok, status } = await node.ask(nextPeer());
    if (!ok) throw new Error(`HTTP ${status}`);
  };
  return loopLife(node, async () => {
    for (;;) {
      await retrying(pull);
      await sleep(node, node.policy.intervalSeconds);
    }
  });
}
