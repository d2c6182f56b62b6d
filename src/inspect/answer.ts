import type { IncomingMessage, ServerResponse } from 'node:http';
import { shownJson } from './shown-json.ts';

/** The page loads nothing from anywhere else, runs no script that stands in markup, and is framed by nobody. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};

/** What is answered to a request. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function json(status: number, value: unknown, headers?: Answer['headers']): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${shownJson(value)}\n`, headers };
}

export function answer(request: IncomingMessage, response: ServerResponse, made: Answer): void {
  response.writeHead(made.status, {
    ...SAFE_HEADERS,
    'content-type': made.type,
    'content-length': Buffer.byteLength(made.body),
    // What is left of a request that was not read to its end must not be taken for the next one.
    ...(hasBody(request) && !request.complete ? { connection: 'close' } : {}),
    ...made.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : made.body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
