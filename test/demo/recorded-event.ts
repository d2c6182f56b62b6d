import type { ChainEvent } from '../../src/demo/demo-chain.ts';

/** An event of a running reference node, as it came. */
export const recordedEvent: ChainEvent = {
  event_id: '3aecaba63f082ee9e8e05799708f4b725cb8fdd5f06f335b8573ba49e3b2c1e8',
  prev_hash: '0000000000000000000000000000000000000000000000000000000000000000',
  event_type: 'message',
  node_id: '!sb_377e2a8205d2726f56d6337504aaf566',
  payload: {
    message: 'emoji 🚀0',
    destination: 'broadcast',
    channel: 'LongFast',
    priority: 'normal',
    ephemeral: false,
  },
  timestamp: 1795248943.4179769,
  sequence: 1,
  signature:
    '68fc3a389465b4bba5f97b27bc4bae7069127ae7872d4dfd6dfe1e275998923d6f512aa17c115c788e7b710de6511fd01b25120b77c8ed3627ac6a451294b703',
  network_id: 'sb-testnet-0',
  public_key: 'Z8uevnBtkr87Nw/xavcwcqB8dLoZj3X9MSwcK9kqBAY=',
  public_key_algo: 'Ed25519',
  protocol_version: 'infonet/2',
};
