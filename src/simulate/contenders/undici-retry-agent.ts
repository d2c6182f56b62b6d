import type { Dispatcher as DispatcherType } from 'undici';
// Imports single files: they are a tenth of undici, and Bun would replace the package `undici` by its built-in one.
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import RetryAgent from 'undici/lib/dispatcher/retry-agent.js';
import { type Contender, loopLife, type SimulatedNode, sleep, takeTurns } from './contender.ts';

/** https://undici.nodejs.org/#/docs/api/RetryAgent.md */
export const undiciRetryAgent: Contender = {
  name: 'undici',
  title: 'undici RetryAgent',
  note: 'Doubled waits without jitter, at the same peer until it answers; a Retry-After counts up to the cap, and a timed-out request is not retried.',
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

/** Resolves when the agent has finished a request, well or not. The next pull repeats one that it gave up. */
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
    const controller = new NoFlowControl();
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
      // Like undici's dispatcher: an error that a handler throws goes to its onResponseError.
      .catch((error: Error) => handler.onResponseError?.(controller, error));
    return true;
  }
}

/** Simulated responses have no body to pause or abort. */
class NoFlowControl implements DispatcherType.DispatchController {
  readonly aborted = false;
  readonly paused = false;
  readonly reason = null;
  abort(): void {
    throw new Error('a simulated request cannot be aborted');
  }
  pause(): void {
    throw new Error('a simulated response cannot be paused');
  }
  resume(): void {
    throw new Error('a simulated response cannot be paused');
  }
}
