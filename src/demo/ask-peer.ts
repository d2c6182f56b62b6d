import { PeerSyncHttpError, PeerSyncRateLimited } from '../policy/errors.ts';
import { readRetryAfter } from '../policy/retry-after.ts';
import { isRecord } from '../policy/wire-fields.ts';
import { readText } from './read-text.ts';
import { withinTime } from './within-time.ts';

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Unix seconds, to read a Retry-After by. */
  readonly now: () => number;
  /** For the whole exchange, the body included. */
  readonly timeoutSeconds: number;
  readonly maxBodyBytes: number;
}

/** Enough for a reason; an error page of any size is not worth more. */
const MOST_DETAIL_BYTES = 4096;

/**
 * Posts JSON to a peer and gives the JSON it answers with status 200.
 *
 * @throws PeerSyncRateLimited for a 429 and PeerSyncHttpError for any other status, both with the server's wait; a
 * plain Error where there was no answer in time or none that can be read
 */
export async function askPeer(url: string, body: unknown, options: AskOptions): Promise<unknown> {
  const answer = await withinTime(options, async (signal) => {
    const response = await post(url, JSON.stringify(body), signal);
    // Returned and not thrown: the wait it carries must outlast a body that stalls until time is up.
    return response.status === 200 ? readText(response, options.maxBodyBytes) : refusal(response, options);
  });
  if (answer instanceof Error) throw answer;
  try {
    return JSON.parse(answer);
  } catch {
    // Its own message would quote the body.
    throw new Error('HTTP 200, and the body is not JSON');
  }
}

async function post(url: string, body: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      signal,
      // A redirect then is an answer like any other that is not 200: refused, and its Retry-After is seen.
      redirect: 'manual',
    });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof Error)) throw error;
    throw new Error(`no connection: ${cause.message || cause.name}`, { cause: error });
  }
}

async function refusal(response: Response, { now }: AskOptions): Promise<Error> {
  const { status } = response;
  const header = response.headers.get('retry-after') ?? undefined;
  const { seconds } = readRetryAfter(header, { now: now() });
  const said = await readDetail(response);
  const detail = status >= 300 && status < 400 ? 'redirects are not followed' : said;
  const facts = { retryAfterSeconds: seconds, retryAfterHeader: header, detail };
  return status === 429 ? new PeerSyncRateLimited(facts) : new PeerSyncHttpError({ ...facts, status });
}

/** What the server said, if it said it in the usual way. The status and the wait count without it too. */
async function readDetail(response: Response): Promise<string> {
  try {
    const body: unknown = JSON.parse(await readText(response, MOST_DETAIL_BYTES));
    const detail = isRecord(body) ? body['detail'] : undefined;
    return typeof detail === 'string' ? detail : '';
  } catch {
    return '';
  }
}
