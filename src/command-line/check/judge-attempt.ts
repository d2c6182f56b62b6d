import { utcText } from '../../explain/time-text.ts';
import { SocksRefused } from '../../infonet/pull/socks-replies.ts';
import type { AttemptResult } from '../../schedule/attempt.ts';
import { adviceFor } from './advice.ts';
import type { AnswerSeen, CheckReport, PageSeen, RetryAfterSeen, VerificationSeen } from './check-report.ts';
import { plainError } from './plain-error.ts';

export interface JudgedAttempt {
  readonly peerUrl: string;
  readonly result: AttemptResult;
  readonly isConnected: boolean;
  readonly connectError: Error | undefined;
  readonly answer: AnswerSeen | undefined;
  readonly retryAfter: RetryAfterSeen | undefined;
  readonly page: PageSeen | undefined;
  readonly verification: VerificationSeen | undefined;
}

/** What comes of an attempt for somebody who wants to sync from this peer. */
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
  return { wouldServe: false, verdict, next: adviceFor({ ...attempt, error: result.error }) };
}
