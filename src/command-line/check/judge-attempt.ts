import { utcText } from '../../explain/time-text.ts';
import { networkOf } from '../../infonet/peer-network.ts';
import { SYNC_PATH } from '../../infonet/protocol.ts';
import { SocksRefused } from '../../infonet/pull/socks-replies.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { AttemptResult } from '../../schedule/attempt.ts';
import { isCertificateRefusal } from './certificate-seen.ts';
import type { AnswerSeen, CheckReport } from './check-report.ts';
import type { AttemptSeen } from './watch-attempt.ts';

/** The result of an attempt, and what was observed. */
export type JudgedAttempt = Pick<AttemptSeen, 'isConnected' | 'connectError'> &
  Pick<CheckReport, 'peerUrl' | 'answer' | 'retryAfter' | 'page' | 'verification'> & {
    readonly result: AttemptResult;
  };

/** Concludes from an attempt whether one can sync from this peer. */
export function judgeAttempt(attempt: JudgedAttempt): Pick<CheckReport, 'wouldServe' | 'verdict' | 'next'> {
  const { result, retryAfter, page, verification, peerUrl } = attempt;
  if (result.outcome === 'ok') {
    const verified = verification?.verified ?? 0;
    const more = page?.isFull === true ? ', and there may be more' : '';
    return {
      wouldServe: true,
      verdict:
        verified === 0
          ? 'It would serve us: it is on our protocol, and its chain is empty.'
          : `It would serve us: ${verified} events, all verified${more}.`,
      next: `Pull from it with: sync-worker run --peer ${peerUrl} --data DIR`,
    };
  }
  if (result.outcome === 'fork') {
    return {
      wouldServe: false,
      verdict: 'It would not serve us: it finds no place for us in its chain, though we begin at genesis.',
      next: 'It is on another chain, or does not keep to the protocol: ask whoever runs it.',
    };
  }
  const { connectError } = attempt;
  const verdict =
    connectError instanceof SocksRefused && connectError.isLocal
      ? `It could not be asked: ${plainError(connectError)}.`
      : `It would not serve us: ${plainError(result.error)}.`;
  if (retryAfter !== undefined && retryAfter.seconds > 0) {
    const until = `${utcText(retryAfter.until)} UTC, in ${retryAfter.seconds} s`;
    return { wouldServe: false, verdict, next: `It asks to be left alone until ${until}: ask no sooner.` };
  }
  return { wouldServe: false, verdict, next: adviceFor(attempt, result.error) };
}

/** The reason of a failure as part of a sentence, without OpenSSL's decoration and without a full stop. */
export function plainError(error: Error | string): string {
  if (error instanceof AggregateError) {
    // One error for each address that was tried.
    return error.errors
      .map((one: unknown) => plainError(one instanceof Error ? one : String(one)))
      .join('; ');
  }
  const text = error instanceof Error ? error.message || error.name : error;
  const reason = /SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text;
  return safeText(reason, 300).replace(/[\s.:;,]+$/, '');
}

const NO_ANSWER = 'It does not answer: check the address, and whether a firewall is between.';
const NO_TLS = 'It speaks no TLS there: try http:// where that is allowed, or another port.';

const byCode: Readonly<Record<string, string>> = {
  ENOTFOUND: 'No such name is known: check its spelling.',
  EAI_AGAIN: 'Names cannot be looked up just now: check the network, and the DNS server of this machine.',
  ECONNREFUSED: 'Nothing listens there: check the port, and whether the peer runs.',
  ECONNRESET: 'It hung up: check that the port speaks HTTP, and whether a firewall is between.',
  ENETUNREACH: 'There is no way to it from this machine: check the network.',
  EHOSTUNREACH: 'There is no way to it from this machine: check the network, and whether the peer is up.',
  ETIMEDOUT: NO_ANSWER,
  UND_ERR_CONNECT_TIMEOUT: NO_ANSWER,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  CERT_HAS_EXPIRED:
    'Its certificate has run out: whoever runs it must renew it. Check the clock of this machine too.',
  CERT_NOT_YET_VALID: 'Its certificate is not valid yet: check the clock of this machine.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Its certificate is made out to other names: use one of those as the address.',
};

/** What to do next about a peer that did not serve us, in a sentence. */
function adviceFor(failed: JudgedAttempt, error: string): string {
  const { peerUrl, isConnected, connectError, answer } = failed;
  if (answer !== undefined) return adviceForStatus(answer);
  if (connectError instanceof SocksRefused) return connectError.advice;
  const isLate = /within \d+ ms/.test(error);
  const isOnion = networkOf(new URL(peerUrl).hostname) === 'onion';
  if (isConnected) {
    return isLate
      ? `It took the connection and gave no answer in time: give it longer with ${isOnion ? '--onion-request-timeout-ms' : '--request-timeout-ms'}, or try later.`
      : 'It took the connection and did not answer as HTTP has it: check the port, and whether it is https://.';
  }
  if (isOnion && isLate) {
    return 'Tor took the request and made no connection in time: see in its log that it has started ("Bootstrapped 100%"), check whether the peer is up, and give it longer with --onion-connect-timeout-ms.';
  }
  const known = connectError && byCode[codeOf(connectError)];
  if (known !== undefined) return known;
  if (isCertificateRefusal(connectError)) {
    return 'Nobody this machine trusts vouches for its certificate: if the peer is known to be yours, give the certificate with --ca FILE.';
  }
  if (isLate) return NO_ANSWER;
  return 'No connection came about: check the address, the network, and whether the peer runs.';
}

function adviceForStatus({ status, headers }: AnswerSeen): string {
  const location = headers.find(([name]) => name === 'location')?.[1];
  if (status === 200)
    return 'What it answers is no page of our protocol, or does not verify: ask whoever runs it.';
  if (status >= 300 && status < 400) {
    const where = location === undefined ? '' : ` (${location})`;
    return `It sends us elsewhere${where}, and no redirect is followed: if that is the peer, use its address.`;
  }
  if (status === 401 || status === 403) return 'It does not serve everybody: ask whoever runs it.';
  if (status === 404 || status === 405) {
    return `There is no peer at this address: check port and path; asked was ${SYNC_PATH} below it.`;
  }
  if (status === 429) return 'It is busy and does not say for how long: leave it alone for a while.';
  return status >= 500 ? 'It has troubles of its own: try later.' : 'Ask whoever runs it.';
}

/** If several addresses were tried, the error is an AggregateError. */
function codeOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return 'code' in error ? String(error.code) : '';
}
