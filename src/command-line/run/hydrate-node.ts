import type { ChainStore } from '../../infonet/chain/chain-store.ts';
import type { GateStore } from '../../infonet/hydration/gate-store.ts';
import { hydrateChain } from '../../infonet/hydration/hydrate-chain.ts';
import type { Mailbox } from '../../infonet/hydration/mailbox.ts';
import { messageOf } from '../../policy/thrown.ts';
import { openFolderGates, openFolderMailbox } from '../folder/open-messages.ts';
import type { Closers } from './closers.ts';
import type { NodeReporter } from './node-reporter.ts';

/** A chain whose messages are kept for their readers. */
export interface HydratedNode<Chain extends ChainStore> {
  readonly chain: Chain;
  readonly mailbox: Mailbox;
  readonly gateStore: GateStore;
  /** Tells from now on what could not be delivered, and what could not be until now. */
  reportTo(reporter: NodeReporter): void;
}

/**
 * Opens the mailbox and the gate store of a data folder, and hands them what the chain has for them.
 *
 * @throws CommandFailed saying which cannot be opened, and why
 */
export async function hydrateNode<Chain extends ChainStore>(
  data: string,
  chain: Chain,
  closers: Closers,
): Promise<HydratedNode<Chain>> {
  const mailbox = await openFolderMailbox(data);
  closers.add('the mailbox', () => mailbox.close());
  const gateStore = await openFolderGates(data);
  closers.add('the gate store', () => gateStore.close());
  const early: unknown[] = [];
  let onError = (error: unknown): void => void early.push(error);
  const hydrated = await hydrateChain(chain, { mailbox, gateStore, onError: (error) => onError(error) });
  return {
    chain: hydrated,
    mailbox,
    gateStore,
    reportTo: (reporter) => {
      onError = (error) =>
        reporter.error(
          { event: 'node.undelivered' },
          `messages are on the chain and not delivered: ${messageOf(error)}; they are offered again after the next page`,
        );
      for (const error of early.splice(0)) onError(error);
    },
  };
}
