/** What a SOCKS reply means, and what to do about it. */
export interface SocksReply {
  readonly sentence: string;
  /** For the operator of this node. */
  readonly advice: string;
  /** The proxy cannot do what we need of it, whatever peer is asked. */
  readonly isLocal?: boolean;
}

const TRY_LATER = 'The service may be overloaded, or restarting: try later.';
const AUTHORIZE =
  'Ask whoever runs it for a key, put it in a file ADDRESS.auth_private below the ClientOnionAuthDir of torrc, and reload Tor.';

/**
 * The replies of RFC 1928 §6, as Tor uses them for an onion service, and the extended ones of Tor (proposal 304, with
 * the flag `ExtendedErrors` on its SocksPort) and Arti.
 */
const replies: Readonly<Record<number, SocksReply>> = {
  1: {
    sentence: 'general failure',
    advice:
      'The node behind the onion service may be down, the service may need client authorization, or Tor may still be starting ("Bootstrapped 100%" in its log is the end of that): with "SocksPort 9050 ExtendedErrors" in torrc Tor tells these apart.',
  },
  2: {
    sentence: 'not allowed by the rules of the proxy',
    advice: 'See that the proxy is Tor, and that its SocksPort has neither NoOnionTraffic nor a SocksPolicy.',
  },
  3: { sentence: 'no network', advice: 'Check the network of this machine, and the log of Tor.' },
  4: {
    sentence: 'the onion service cannot be found or reached',
    advice: 'Check the address and whether the peer is up: it may have begun a moment ago.',
  },
  5: {
    sentence: 'the onion service is there, and nothing behind it takes the connection',
    advice: 'The node behind it is down, or does not serve this port: check the port, or try later.',
  },
  6: { sentence: 'Tor gave up, out of time', advice: `${TRY_LATER} See also that Tor has started.` },
  7: {
    sentence: 'the proxy does not make connections',
    advice: 'Name the SOCKS port of Tor with --socks-proxy.',
    isLocal: true,
  },
  8: {
    sentence: 'the proxy takes no host names',
    advice: 'Name the SOCKS port of Tor with --socks-proxy; another proxy cannot resolve an onion name.',
    isLocal: true,
  },
  240: {
    sentence: 'the onion service has no descriptor',
    advice: 'Check the address. If it is right, the peer is down, or began a moment ago: try later.',
  },
  241: {
    sentence: 'the descriptor of the onion service is invalid',
    advice: 'Check the address, and whether Tor here and at the peer is up to date.',
  },
  242: { sentence: 'the introduction to the onion service failed', advice: TRY_LATER },
  243: { sentence: 'the rendezvous with the onion service failed', advice: TRY_LATER },
  244: { sentence: 'the onion service needs client authorization', advice: AUTHORIZE },
  245: {
    sentence: 'the client authorization for the onion service is wrong',
    advice: `The key in ClientOnionAuthDir is not, or no longer, one of this service. ${AUTHORIZE}`,
  },
  246: {
    sentence: 'the onion address is invalid',
    advice: 'Check its spelling: it has 56 letters and digits before .onion.',
  },
  247: { sentence: 'the introduction to the onion service timed out', advice: TRY_LATER },
};

/** The proxy connected us to nothing. */
export class SocksRefused extends Error {
  override readonly name = 'SocksRefused';
  readonly advice: string;
  readonly isLocal: boolean;

  constructor({ sentence, advice, isLocal = false }: SocksReply, options?: ErrorOptions) {
    super(sentence, options);
    this.advice = advice;
    this.isLocal = isLocal;
  }
}

/** @param code any but 0 */
export function socksReply(code: number): SocksRefused {
  const hex = code.toString(16).toUpperCase().padStart(2, '0');
  const known = replies[code] ?? {
    sentence: 'it could not be reached',
    advice: 'This reply is not a known one: see the log of the proxy.',
  };
  return new SocksRefused({ ...known, sentence: `SOCKS reply ${hex}: ${known.sentence}` });
}
