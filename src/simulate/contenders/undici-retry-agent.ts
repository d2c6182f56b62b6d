import type { Dispatcher as DispatcherType } from 'undici';
// By its files: a tenth of undici, and under Bun its own code, for Bun has another `undici` built in.
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import RetryAgent from 'undici/lib/dispatcher/retry-agent.js';
import { type Contender, loopLife, type SimulatedNode, sleep, takeTurns } from './contender.ts';

/** https://undici.nodejs.org/#/docs/api/RetryAgent.md */
export const undiciRetryAgent: Contender = {
  name: 'undici',
  title: 'undici RetryAgent',
  note: 'Doubled waits without jitter, at the same peer until it answers; a Retry-After counts up to the cap, and a request that timed out is not repeated.',
  start: (node) => {
    const { failureBackoffSeconds, failureBackoffCapSeconds } = node.policy;
    const agent = new RetryAgent(new SimulatedDispatcher(node), {
      maxRetries: Number.MAX_SAFE_INTEGER,
      minTimeout: failureBackoffSeconds * 1000,
      maxTimeout: failureBackoffCapSeconds * 1000,
      timeoutFactor: 2,
    });
    return loopLife(node, () => pullForEver(node, agent));
  },
};

async function pullForEver(node: SimulatedNode, agent: RetryAgent): Promise<never> {
  const nextPeer = takeTurns(node);
  for (;;) {
    await pull(agent, nextPeer());
    await sleep(node, node.policy.intervalSeconds);
  }
}

/** Resolves when the agent is through with a request, however it ended: what it gave up is asked for again at the next pull. */
function pull(agent: RetryAgent, origin: string): Promise<void> {
  return new Promise((resolve) => {
    agent.dispatch(
      { origin, path: '/', method: 'GET' },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => resolve(),
        onResponseError: () => resolve(),
      },
    );
  });
}

/** Sends what undici dispatches to the simulated peers. */
class SimulatedDispatcher extends Dispatcher {
  readonly #node: SimulatedNode;

  constructor(node: SimulatedNode) {
    super();
    this.#node = node;
  }

  override dispatch(
    options: DispatcherType.DispatchOptions,
    handler: DispatcherType.DispatchHandler,
  ): boolean {
    const controller = new Unhurried();
    handler.onRequestStart?.(controller, {});
    void this.#node
      .ask(String(options.origin))
      .then(({ status, headers }) => {
        const retryAfter = headers.get('retry-after');
        handler.onResponseStart?.(
          controller,
          status,
          retryAfter === null ? {} : { 'retry-after': retryAfter },
          '',
        );
        handler.onResponseEnd?.(controller, {});
      })
      // As undici's own: what a handler throws is told to it as an error of the response.
      .catch((error: Error) => handler.onResponseError?.(controller, error));
    return true;
  }
}

/** There is no body to hold up. */
class Unhurried implements DispatcherType.DispatchController {
  readonly aborted = false;
  readonly paused = false;
  readonly reason = null;
  abort(): void {
    throw new Error('nobody aborts a simulated request');
  }
  pause(): void {
    throw new Error('nobody pauses a simulated response');
  }
  resume(): void {
    throw new Error('nobody pauses a simulated response');
  }
}
