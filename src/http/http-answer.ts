import type { IncomingMessage, ServerResponse } from 'node:http';
import { safeValue } from '../policy/safe-text.ts';

/** A complete answer, made before any of it is sent. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly type: string;
  readonly body: string;
}

/** The page loads nothing from other origins, runs no inline scripts, and cannot be framed. */
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

/** A value as JSON in which every text is safe to show. */
export function safeJson(value: unknown): string {
  return JSON.stringify(safeValue(value));
}

export function jsonAnswer(status: number, value: unknown, headers?: HttpAnswer['headers']): HttpAnswer {
  return { status, type: 'application/json; charset=utf-8', body: `${safeJson(value)}\n`, headers };
}

export function textAnswer(text: string): HttpAnswer {
  return { status: 200, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

/** The answer to a request that was not carried out, with the reason. */
export function problem(status: number, error: string, headers?: HttpAnswer['headers']): HttpAnswer {
  return jsonAnswer(status, { error }, headers);
}

/** Sends an answer. For HEAD, Node leaves out the body. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, type, body }: HttpAnswer,
): void {
  response.writeHead(status, {
    ...SAFE_HEADERS,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    // The unread rest of a request body must not be parsed as the next request.
    ...(hasBody(request) && !request.complete ? { connection: 'close' } : {}),
    ...headers,
  });
  response.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
