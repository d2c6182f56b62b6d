import { PublicKeys } from '../events/public-keys.ts';
import { verifySignature } from '../events/verify-signature.ts';
import type { Receiver } from './follow-chain.ts';
import type { GateStore } from './gate-store.ts';
import type { Mailbox } from './mailbox.ts';

/** A mailbox as the receiver of direct messages. */
export function directMessages(mailbox: Mailbox): Receiver {
  return {
    type: 'dm_message',
    store: mailbox,
    take: async (event) => (await mailbox.deliver(event)) !== 'full',
  };
}

/** A gate store as the receiver of gate messages. */
export function gateMessages(gateStore: GateStore): Receiver {
  const keys = new PublicKeys();
  return {
    type: 'gate_message',
    store: gateStore,
    take: async (event) => {
      await gateStore.add(event, verifySignature(event, keys.read(event.publicKey, event.publicKeyAlgo)));
      return true;
    },
  };
}
